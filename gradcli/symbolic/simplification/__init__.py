"""Shorter forms of expressions: cases as people write them, powers and functions joined, SymPy's forms."""
