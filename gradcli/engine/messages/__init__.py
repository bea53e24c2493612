"""Messages of PyTorch, numpy and CPython for what an operation refuses or warns of."""
