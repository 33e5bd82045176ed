"""Reads DocBin files whose tokens are cut at the borders of spans: as any other DocBin."""

from tests.files.formats.read_docbin import read

__all__ = ["read"]
