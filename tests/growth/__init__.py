"""What one more document or change costs: statements and rows, at two sizes a factor of 8 apart."""
