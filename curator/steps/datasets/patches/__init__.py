"""Patches between versions: as files, applied, merged, and taken into the store."""
