"""How faults of programs are put into words."""
