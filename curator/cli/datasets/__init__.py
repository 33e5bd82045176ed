"""`curator datasets`."""
