"""From the annotations of a document to its one curated answer."""
