"""Sessions: a program's state, its snapshots and what it may use."""
