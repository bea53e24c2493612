"""Derivatives, checks and derivations of expressions: values in, values out."""
