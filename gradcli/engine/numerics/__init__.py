"""Arithmetic in the last digit as processors and PyTorch have it, where numpy has another."""
