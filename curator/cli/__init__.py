"""The command line: one module per command, each with one call into the steps."""
