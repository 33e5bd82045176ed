"""Dataset versions of a curator server: downloaded once, verified, read lazily."""

from curator_client.errors import (
    ClientError,
    FileDoesNotFit,
    NotFound,
    PackageMissing,
    ServerGone,
    TokenRefused,
)
from curator_client.load import load_dataset
from curator_client.records import Record, Records

__all__ = [
    "ClientError",
    "FileDoesNotFit",
    "NotFound",
    "PackageMissing",
    "Record",
    "Records",
    "ServerGone",
    "TokenRefused",
    "load_dataset",
]
