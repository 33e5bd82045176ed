"""`curator quarantine`: one module per subcommand."""
