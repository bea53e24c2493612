"""Closed forms: expressions in index notation, traced through the engine, simplified, and checked against it."""
