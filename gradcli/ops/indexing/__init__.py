"""Subscripts, gather, masks and sorting."""
