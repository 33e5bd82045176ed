"""The store: documents, predictions, revisions, decisions and versions in a relational database."""
