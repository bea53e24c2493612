"""Modules of Python's library that face the system: clocks stand still, paths lead nowhere, other calls are refused."""
