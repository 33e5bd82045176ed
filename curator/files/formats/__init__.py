"""Formats that records are written in, a module each."""
