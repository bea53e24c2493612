"""From the syntax tree to guarded Python code."""
