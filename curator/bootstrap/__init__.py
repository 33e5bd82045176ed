"""The only place where the edges meet."""
