"""Programs whose control flow depends on values: the conditions of a run, and the runs that other outcomes lead to."""
