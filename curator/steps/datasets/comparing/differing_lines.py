"""The lines in which two files of records differ: what is equal in both is skipped by bytes, block by block."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from curator.domain.errors import CuratorError
from curator.domain.record import record_id

_FIRST = 1 << 12
_MOST = 1 << 20


@dataclass(frozen=True, slots=True)
class DifferingLine:
    """The lines of a document in two files, None where one has none of it."""

    document: str
    before: bytes | None
    after: bytes | None


def differing_lines(before: Iterable[bytes], after: Iterable[bytes], where: tuple[str, str]) -> Iterator[DifferingLine]:
    """Yield where two files, given in blocks of bytes, differ, by document; both have a line a document, by id.

    No line that both have in common is read but as bytes, and a few blocks are held at a time. `where` names the files
    in errors: raises CuratorError for a file whose records are not by id.
    """
    left, right = _File(before, where[0]), _File(after, where[1])
    while True:
        _skip_equal(left, right)
        old, new = left.head(), right.head()
        if old is None and new is None:
            return
        if new is None or (old is not None and old[0] < new[0]):
            left.take()
            yield DifferingLine(old[0], old[1], None)  # type: ignore[index]
        elif old is None or new[0] < old[0]:
            right.take()
            yield DifferingLine(new[0], None, new[1])
        else:
            left.take()
            right.take()
            if old[1] != new[1]:
                yield DifferingLine(old[0], old[1], new[1])


class _File:
    """A file that is read from its blocks; `data` from `at` on is what is not done with yet."""

    def __init__(self, blocks: Iterable[bytes], where: str) -> None:
        self._blocks = iter(blocks)
        self._where = where
        self._last = ""
        self._head: tuple[str, bytes] | None = None
        self.data = b""
        self.at = 0
        self.ended = False

    @property
    def head_is_read(self) -> bool:
        """Whether a line was looked at that nobody is done with yet."""
        return self._head is not None

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def read(self, size: int) -> None:
        """Read on until so many bytes are there, or all that there are."""
        pieces, length = [], self.left
        while length < size and not self.ended:
            block = next(self._blocks, None)
            self.ended = block is None
            pieces.append(block or b"")
            length += len(pieces[-1])
        if pieces:
            self.data, self.at = b"".join((self.data[self.at :], *pieces)), 0

    def head(self) -> tuple[str, bytes] | None:
        """Return the next line with its document's id, None at the end."""
        if self._head is None:
            self._head = self._next()
        return self._head

    def _next(self) -> tuple[str, bytes] | None:
        size = _FIRST
        while (end := self.data.find(b"\n", self.at)) < 0 and not self.ended:
            self.read(max(size, self.left * 2))
            size *= 2
        line = self.data[self.at : end + 1] if end >= 0 else self.data[self.at :]
        if not line:
            return None
        try:
            document = record_id(line)
        except (ValueError, KeyError, TypeError, RecursionError):
            place = f"{self._where}, after {self._last or 'the beginning'}"
            raise CuratorError("not a record", place, "restore it from a copy") from None
        if document <= self._last:
            raise CuratorError("records are not in the order of their ids", f"{self._where}, {document}", _MEND)
        return document, line

    def take(self) -> None:
        """Be done with the next line."""
        if self._head is not None:
            self._last = self._head[0]
            self.at += len(self._head[1])
            self._head = None


_MEND = "a version holds each document once, in that order: restore it from a copy"


def _skip_equal(left: _File, right: _File) -> None:
    """Be done with all lines that both files have in common from where they are."""
    if left.head_is_read or right.head_is_read:
        return
    size = _FIRST
    while True:
        left.read(size)
        right.read(size)
        length = min(left.left, right.left, size)
        equal = _equal_bytes(left, right, length)
        lines = left.data.rfind(b"\n", left.at, left.at + equal) + 1 - left.at
        if lines > 0:
            left.at += lines
            right.at += lines
        if equal < length or length < size:
            return
        size = min(size * 2, _MOST) if lines > 0 else size * 2


def _equal_bytes(left: _File, right: _File, length: int) -> int:
    """Return how many bytes, of so many, are the same in both files from where they are."""
    if left.data[left.at : left.at + length] == right.data[right.at : right.at + length]:
        return length
    same, differ = 0, length
    while differ - same > 1:
        middle = (same + differ) // 2
        if left.data[left.at + same : left.at + middle] == right.data[right.at + same : right.at + middle]:
            same = middle
        else:
            differ = middle
    return same
