"""Convolution, pooling, padding and folding."""
