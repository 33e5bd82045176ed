"""Gold records in files."""

from collections.abc import Iterable
from pathlib import Path

from curator.domain.record import Record, record_from_value
from curator.files.lines import read_lines


def read_records(paths: Iterable[Path]) -> list[Record]:
    """Return the records of JSON lines files, in their order. Raises CuratorError for the first line that is none."""
    return [record_from_value(value, str(path)) for path in paths for value in read_lines(path)]
