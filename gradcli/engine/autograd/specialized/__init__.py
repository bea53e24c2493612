"""Functions of operations that serve their usual calls by code of their own."""
