"""Values in and out: bindings of --at and --var, data files, transcripts."""
