"""Every fault, the source text it points to, and the nearest name."""
