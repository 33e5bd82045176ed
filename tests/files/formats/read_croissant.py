"""Reads Croissant with mlcroissant."""

import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mlcroissant import Dataset

from tests.files.formats.read_parquet import from_rows
from tests.files.formats.restoring import ReadVersion

_TABLES = ("documents", "spans", "relations", "attributes")


def read(files: Mapping[str, bytes]) -> ReadVersion:
    """Return the records that the files hold."""
    with tempfile.TemporaryDirectory() as folder, quiet():
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        dataset = Dataset(jsonld=Path(folder) / "croissant.json")
        return from_rows({table: [_row(row) for row in dataset.records(record_set=table)] for table in _TABLES})


@contextmanager
def quiet() -> Iterator[None]:
    """Let mlcroissant call what rdflib and pandas have deprecated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.filterwarnings("ignore", "The inplace keyword")
        yield


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as a table has it: mlcroissant gives texts as bytes, and fields by their ids."""
    return {name.partition("/")[2]: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, list):
        return [_value(part) for part in value]
    return None if value != value else value
