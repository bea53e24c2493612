"""Jacobians, vmap and the other transforms of functions."""
