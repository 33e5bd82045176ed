"""Reads BIOES with the texts beside it."""

from collections.abc import Iterator, Mapping, Sequence

from tests.files.formats.read_conll import read_columns
from tests.files.formats.restoring import ReadVersion


def read(files: Mapping[str, bytes]) -> ReadVersion:
    """Return the records that the files hold."""
    return read_columns(files, _ranges)


def _ranges(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    begun: int | None = None
    for place, tag in enumerate(tags):
        kind, label = tag[0], tag[2:]
        # Every tag is of a span that is open, or of none.
        assert (begun is None) is (kind in "OBS")
        if begun is not None:
            assert label == tags[begun][2:]
        if kind == "B":
            begun = place
        elif kind == "S":
            yield place, place + 1, label
        elif kind == "E":
            assert begun is not None
            yield begun, place + 1, label
            begun = None
    assert begun is None
