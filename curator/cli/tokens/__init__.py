"""`curator tokens`: one module per subcommand."""
