"""From curated answers to immutable dataset versions, and what differs between them."""
