"""What lowered programs call while they run."""
