"""How results are written: gradients, Jacobians, checks, derivations, plots and graphs."""
