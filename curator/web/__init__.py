"""The Flask application and the server that runs it."""
