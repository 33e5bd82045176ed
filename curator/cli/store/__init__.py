"""`curator store`: one module per subcommand."""
