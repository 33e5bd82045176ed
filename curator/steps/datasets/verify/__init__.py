"""Whether a dataset version is what was written: every file, every line, every number."""
