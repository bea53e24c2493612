"""Products, decompositions and solvers."""
