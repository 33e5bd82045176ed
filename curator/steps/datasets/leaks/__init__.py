"""What the splits of a version have of each other, and how they are apart."""
