"""What the steps need from the outside: one module per kind of thing behind a port."""
