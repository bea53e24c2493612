"""Closed forms in matrix notation: products, transposes and sums of whole tensors in the place of their elements."""
