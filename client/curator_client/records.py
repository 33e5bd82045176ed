"""The records of a split, read from its file when they are asked for."""

import json
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, overload

from curator_client.errors import ClientError

Record = dict[str, Any]
"""A line of a version: `id`, `text`, `lang`, `spans` by layer, `relations`, `attributes`, `meta`, `provenance`."""


class Records(Sequence[Record]):
    """The records of a split, in order of their ids; no more than one is in memory, and each is read anew.

    Where records are asked for by their places, the place of every line is looked up once: eight bytes a record.
    """

    def __init__(self, path: Path, count: int) -> None:
        """Take the file and the number of its records."""
        self.path = path
        self._count = count
        self._offsets: array[int] | None = None

    def __len__(self) -> int:
        """Return the number of records."""
        return self._count

    def __iter__(self) -> Iterator[Record]:
        """Yield the records."""
        with self.path.open("rb") as lines:
            for line in lines:
                yield self._record(line)

    @overload
    def __getitem__(self, place: int) -> Record: ...

    @overload
    def __getitem__(self, place: slice) -> list[Record]: ...

    def __getitem__(self, place: int | slice) -> Record | list[Record]:
        """Return a record, or a list of some."""
        if isinstance(place, slice):
            return [self[at] for at in range(len(self))[place]]
        at = range(len(self))[place]
        with self.path.open("rb") as lines:
            lines.seek(self._places()[at])
            return self._record(lines.readline())

    def __repr__(self) -> str:
        """Return what it is, without a record."""
        return f"<{len(self)} records of {self.path}>"

    def __getstate__(self) -> tuple[Path, int]:
        """Return what another process needs."""
        return self.path, self._count

    def __setstate__(self, state: tuple[Path, int]) -> None:
        """Take what another process gave."""
        self.path, self._count = state
        self._offsets = None

    def _places(self) -> "array[int]":
        if self._offsets is None:
            offsets, at = array("Q"), 0
            with self.path.open("rb") as lines:
                for line in lines:
                    offsets.append(at)
                    at += len(line)
            self._offsets = offsets
        return self._offsets

    def _record(self, line: bytes) -> Record:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise ClientError("line is no record", str(self.path), "have the version verified")
        return value
