"""Tensors: their memory, types, methods and in-place writes."""
