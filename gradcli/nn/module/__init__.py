"""Module, its containers, state and printing."""
