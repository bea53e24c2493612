"""Dataclasses, enums and named tuples of programs."""
