"""`curator annotators`: one module per subcommand."""
