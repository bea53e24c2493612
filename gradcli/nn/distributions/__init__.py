"""Probability distributions, their transforms and constraints: `torch.distributions`."""
