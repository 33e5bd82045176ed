"""What other tools write, read as documents with annotations: one module a format."""
