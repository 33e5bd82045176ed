"""Annotation and dataset curation between Label Studio and spaCy."""
