"""What people look at: view models of the store, and the ports that fill them."""
