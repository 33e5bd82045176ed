"""A door for each part of the application: who is let in there, and by what."""
