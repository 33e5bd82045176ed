"""What pages show, read from the tables: queries alone, apart from all that writes."""
