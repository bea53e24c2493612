"""Activations, normalisation, embedding and the other functions of neural networks."""
