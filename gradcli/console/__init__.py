"""Settings, source text, output, progress and diagnostics of the command line."""
