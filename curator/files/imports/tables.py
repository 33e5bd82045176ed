"""Parquet files as rows, a batch at a time."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from curator.domain.errors import InputRefused
from curator.steps.ports.imports import ImportFiles

_BATCH = 500
_HUGGING_FACE = b"huggingface"


class Table:
    """A Parquet file, open within the block of code; `name` is what messages call it.

    Raises InputRefused, naming the file, for what is no Parquet, and for what breaks off or cannot be read.
    """

    def __init__(self, files: ImportFiles, file: str) -> None:
        self.name = files.shown(file)
        self._files = files
        self._file = file
        self._stack = ExitStack()
        self._parquet: Any = None

    def __enter__(self) -> "Table":
        import pyarrow
        from pyarrow.parquet import ParquetFile

        try:
            stream = self._stack.enter_context(self._files.open(self._file))
            self._parquet = ParquetFile(stream)
            self.columns: Sequence[str] = list(self._parquet.schema_arrow.names)
        except (pyarrow.ArrowException, OSError, ValueError, MemoryError) as error:
            self._stack.close()
            raise self._unreadable(error) from None
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the rows with their names, which number them from 1."""
        import pyarrow

        number = 0
        try:
            for batch in self._parquet.iter_batches(_BATCH):
                for row in batch.to_pylist():
                    number += 1
                    yield f"{self.name}:{number}", row
        except (pyarrow.ArrowException, OSError, ValueError, MemoryError, OverflowError) as error:
            raise self._unreadable(error) from None

    def features(self) -> Mapping[str, Any]:
        """Return what the `datasets` library says of the columns, empty where it says nothing."""
        metadata = self._parquet.schema_arrow.metadata or {}
        try:
            features = json.loads(metadata.get(_HUGGING_FACE, b"{}"))["info"]["features"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return {}
        return features if isinstance(features, dict) else {}

    def _unreadable(self, error: Exception) -> InputRefused:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        return InputRefused(f"Parquet cannot be read: {reason}", self.name, "copy the file again")
