"""Transforms of distributions."""
