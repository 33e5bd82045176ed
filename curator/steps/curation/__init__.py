"""From the annotations of a document to its decision."""
