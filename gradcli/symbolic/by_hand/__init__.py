"""Derivatives that somebody has derived by hand: their check, and which slips make them wrong."""
