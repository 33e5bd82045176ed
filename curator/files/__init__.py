"""Files in and out: documents, label schemas, JSON lines and dataset versions on disk."""
