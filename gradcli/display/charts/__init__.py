"""Curves as text, SVG and PNG."""
