"""`curator deliveries`: one module per subcommand."""
