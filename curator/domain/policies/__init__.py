"""The policies that decide between annotations, a module each."""
