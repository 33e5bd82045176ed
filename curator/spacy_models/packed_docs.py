"""The documents of a DocBin, read from its bytes with every number checked."""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy
from spacy.attrs import ENT_IOB, ENT_TYPE, ORTH  # type: ignore[import-not-found]
from spacy.strings import StringStore

from curator.domain.errors import InputRefused

_MOST_BYTES = 2_000_000_000
_LEAST_BOUND = 256_000_000
_MOST_RATIO = 200
"""How many times as large as its file what is in it may be, where it is large at all."""

_SPAN = struct.Struct(">QQQllll")
_IN, _BEGINS = 1, 3
_UNSAID = 0

Placed = tuple[int, int, str]
"""The start and the end of a span in code points, and its label."""


@dataclass(frozen=True, slots=True)
class PackedDoc:
    """A document: its text, its entities, its span groups by key, and its user data as they are packed.

    `is_annotated` says whether any token is said to be within an entity or outside of all, `categories` how many of the
    text as a whole there are.
    """

    text: str
    entities: list[Placed]
    groups: Mapping[str, list[Placed]]
    user_data: bytes | None
    is_annotated: bool
    categories: int


class _Message(msgspec.Struct):
    """What a DocBin packs, as spaCy 3 and 2.3 write it."""

    attrs: list[int]
    tokens: bytes
    spaces: bytes
    lengths: bytes
    strings: list[str]
    flags: list[dict[str, Any]] | None = None
    cats: list[dict[str, Any]] | None = None
    span_groups: list[bytes] | None = None
    user_data: list[bytes | None] | None = None


class _Group(msgspec.Struct):
    """What a span group packs."""

    name: str
    spans: list[bytes]


def packed_docs(data: bytes, name: str) -> Iterator[PackedDoc]:
    """Yield the documents of a file in their order. Raises InputRefused, naming the file, for what is no DocBin."""
    message = _message(data, name)
    if ORTH not in message.attrs or (ENT_IOB in message.attrs and ENT_TYPE not in message.attrs):
        kept = ", ".join(map(str, message.attrs))
        what = f"DocBin has neither words nor labels among its attributes, {kept}"
        raise InputRefused(what, name, "make it with ORTH, ENT_IOB and ENT_TYPE")
    try:
        yield from _docs(message)
    except KeyError as error:
        what = f"DocBin lacks a string that it names ({error.args[0] if error.args else ''})"
        raise InputRefused(what, name, "make the file again") from None
    except (ValueError, IndexError, TypeError, struct.error, msgspec.MsgspecError) as error:
        raise InputRefused(f"DocBin contradicts itself: {error}", name, "make the file again") from None


def _message(data: bytes, name: str) -> _Message:
    """Return what a file packs; reading it calls nothing but a parser of data."""
    bound = min(_MOST_BYTES, max(_LEAST_BOUND, _MOST_RATIO * len(data)))
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(data, bound)
    except zlib.error:
        raise InputRefused("not a DocBin", name, "give a .spacy file that spaCy wrote") from None
    if unpacking.unconsumed_tail:
        what = f"DocBin unpacks to more than {bound} bytes"
        raise InputRefused(what, name, "write several smaller files", limit=bound)
    if not unpacking.eof:
        raise InputRefused("DocBin is cut short", name, "copy it again")
    try:
        return msgspec.msgpack.decode(unpacked, type=_Message)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        what = f"DocBin of another version, or none: {error}"
        raise InputRefused(what, name, "make it with spaCy 3") from None


def _docs(message: _Message) -> Iterator[PackedDoc]:
    lengths = numpy.frombuffer(message.lengths, dtype="<i4").tolist()
    tokens = numpy.frombuffer(message.tokens, dtype="<u8").reshape(-1, len(message.attrs))
    spaces = numpy.frombuffer(message.spaces, dtype="u1")
    if any(length < 0 for length in lengths) or not sum(lengths) == len(tokens) == len(spaces):
        raise ValueError("its documents are not as long as its tokens")
    strings = StringStore(message.strings)
    at = 0
    for number, length in enumerate(lengths):
        flags = _nth(message.flags, number, lengths) or {}
        rows = tokens[at : at + length]
        blanks = [flags.get("has_unknown_spaces") is True or bool(space) for space in spaces[at : at + length].tolist()]
        groups = _nth(message.span_groups, number, lengths) or b""
        user_data = _nth(message.user_data, number, lengths)
        categories = len(_nth(message.cats, number, lengths) or {})
        unknown = flags.get("has_unknown_spaces") is True
        reading = _Reading(message.attrs, rows.T.tolist(), blanks, strings)
        yield reading.doc(groups, user_data, categories, has_unknown_spaces=unknown)
        at += length


def _nth(values: list[Any] | None, number: int, lengths: list[int]) -> Any:
    if values is None:
        return None
    if values and len(values) != len(lengths):
        raise ValueError("its parts are of different numbers of documents")
    return values[number] if values else None


class _Reading:
    """The tokens of a document by their attributes."""

    def __init__(self, attrs: list[int], columns: list[list[int]], blanks: list[bool], strings: StringStore) -> None:
        self._columns = dict(zip(attrs, columns, strict=True))
        self._strings = strings
        self._borders: list[tuple[int, int]] = []
        pieces: list[str] = []
        at = 0
        for word, blank in zip(map(self._string, self._columns[ORTH]), blanks, strict=True):
            self._borders.append((at, at + len(word)))
            pieces += [word, " " if blank else ""]
            at += len(word) + blank
        self._text = "".join(pieces)

    def doc(self, groups: bytes, user_data: bytes | None, categories: int, *, has_unknown_spaces: bool) -> PackedDoc:
        # Where nobody knows the white space, that after the last word is none.
        text = self._text.removesuffix(" ") if has_unknown_spaces else self._text
        said = any(iob != _UNSAID for iob in self._columns.get(ENT_IOB, ()))
        return PackedDoc(text, self._entities(), self._groups(groups), user_data, said, categories)

    def _string(self, number: int) -> str:
        try:
            text: str = self._strings[number]
        except KeyError:
            raise KeyError(number) from None
        return text

    def _placed(self, first: int, last: int, label: int) -> Placed:
        return self._borders[first][0], self._borders[last][1], self._string(label)

    def _entities(self) -> list[Placed]:
        """Return the entities as spaCy reads them of the tags of tokens; those without a label are none."""
        if ENT_IOB not in self._columns:
            return []
        tags, labels = self._columns[ENT_IOB], self._columns[ENT_TYPE]
        entities: list[Placed] = []
        begun: int | None = None
        for place, iob in enumerate([*tags, _UNSAID]):
            if iob == _IN:
                if begun is None:
                    raise ValueError("an entity goes on that did not begin")
                continue
            if begun is not None and labels[begun]:
                entities.append(self._placed(begun, place - 1, labels[begun]))
            begun = place if iob == _BEGINS else None
        return entities

    def _groups(self, packed: bytes) -> dict[str, list[Placed]]:
        """Return the span groups by their keys; before spaCy 3.5 a group was known by its name alone."""
        if not packed:
            return {}
        value = msgspec.msgpack.decode(packed, type=dict[bytes, list[str]] | list[bytes])
        pairs = (
            [(group, keys) for group, keys in value.items()] if isinstance(value, dict) else [(g, None) for g in value]
        )
        groups: dict[str, list[Placed]] = {}
        for data, keys in pairs:
            group = msgspec.msgpack.decode(data, type=_Group)
            spans = [self._span(_SPAN.unpack(span)) for span in group.spans]
            groups |= dict.fromkeys(keys if keys is not None else [group.name], spans)
        return groups

    def _span(self, values: tuple[int, ...]) -> Placed:
        _, _, label, first, end, _, _ = values
        if not 0 <= first < end <= len(self._borders):
            raise ValueError("a span is not of its tokens")
        return self._placed(first, end - 1, label)
