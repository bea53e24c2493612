"""`re`: patterns of a documented part of Python's, matched by an automaton in time linear in the text."""
