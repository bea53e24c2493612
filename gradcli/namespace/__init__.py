"""What programs can name: torch, the modules they may import, and the allow-list of attributes."""
