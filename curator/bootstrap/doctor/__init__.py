"""What is wrong with a set-up, and what mends it: one module a subject."""
