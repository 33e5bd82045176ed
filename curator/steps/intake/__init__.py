"""Documents in: read, made canonical, identified, split once."""
