"""What is in force now and read by several wings: the label schema, the pipeline, the store's identity, tokens."""
