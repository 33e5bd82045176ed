"""Lines of bytes with a bound on their size, so that no file is ever held whole."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from curator.domain.errors import InputRefused
from curator.files.encodings import Decoded, decode, detected_encoding, marked_encoding, refuse_binary

Stream = io.BufferedReader | io.BufferedRandom
SAMPLE = 1_000_000
"""The buffer, in bytes, of every stream: that much of it is looked at before the first line."""

_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class RawLine:
    """Line `number` (from 1) of a stream, with its line end; `raw` is None where the line is over the bound.

    `guess` is the encoding the start of the stream seemed to be in; lines of a `wide` one (UTF-16, UTF-32) have been
    turned into UTF-8.
    """

    number: int
    raw: bytes | None
    guess: str | None = None
    wide: str | None = None

    def decoded(self) -> Decoded:
        """Return the line as text. Raises InputRefused where it is none."""
        raw = self.raw or b""
        return Decoded(raw.decode("utf-8"), self.wide) if self.wide else decode(raw, self.guess)


def opened(path: Path) -> Stream:
    """Return a file opened for `raw_lines`. Raises OSError."""
    return io.BufferedReader(path.open("rb", buffering=0), SAMPLE)


def raw_lines(stream: Stream, bound: int) -> Iterator[RawLine]:
    """Yield the lines of a stream; those over `bound` bytes are passed over without being held.

    Raises InputRefused where the stream begins as binary data does, or breaks off as UTF-16 or UTF-32.
    """
    head = stream.peek(SAMPLE)
    refuse_binary(head)
    mark = marked_encoding(head)
    if mark in ("utf-16", "utf-32"):
        yield from _wide_lines(stream, mark, bound)
        return
    if mark:
        stream.read(3)
    guess = _guessed_encoding(head)
    number = 0
    while line := stream.readline(bound + 1):
        number += 1
        whole = len(line) <= bound or line.endswith(b"\n")
        yield RawLine(number, line if whole else None, guess)
        while not whole:
            rest = stream.readline(_CHUNK)
            whole = not rest or rest.endswith(b"\n")


def _wide_lines(stream: Stream, encoding: str, bound: int) -> Iterator[RawLine]:
    text = io.TextIOWrapper(stream, encoding, newline="\n")
    number = 0
    try:
        while line := text.readline(bound + 1):
            number += 1
            whole = len(line) <= bound or line.endswith("\n")
            yield RawLine(number, line.encode("utf-8") if whole else None, wide=encoding)
            while not whole:
                rest = text.readline(_CHUNK)
                whole = not rest or rest.endswith("\n")
    except UnicodeDecodeError:
        raise InputRefused(f"not valid {encoding}", f"after line {number}", "save it as UTF-8") from None
    finally:
        # The stream is its opener's to close.
        text.detach()


def _guessed_encoding(head: bytes) -> str | None:
    try:
        # The sample may end inside a character.
        head[: head.rfind(b"\n") + 1 or len(head)].decode("utf-8")
    except UnicodeDecodeError:
        return detected_encoding(head)
    return None
