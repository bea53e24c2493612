"""Stand-ins for numpy, matplotlib, tqdm and IPython."""
