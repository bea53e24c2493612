"""Tensors from sizes, values and random numbers."""
