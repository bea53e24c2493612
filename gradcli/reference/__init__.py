"""What `doc` and `ops` know: operations and keywords."""
