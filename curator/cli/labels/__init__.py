"""`curator labels`: one module per subcommand."""
