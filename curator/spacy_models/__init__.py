"""What curator uses spaCy for: pre-annotation and training."""
