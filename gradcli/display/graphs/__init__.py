"""Graphs as text and SVG."""
