"""Element-wise arithmetic and functions."""
