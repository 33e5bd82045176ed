"""Formats: a dataset version in the form that another tool takes."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, overload

from curator.domain.loss import Loss
from curator.domain.record import Record
from curator.domain.schema import LabelSchema


class FormatToken(NamedTuple):
    """A token of a text: the half-open range [start, end) in code points, and whether a sentence begins with it."""

    start: int
    end: int
    begins_sentence: bool


class FormatTokens(Sequence[FormatToken]):
    """The tokens of a text, in order: where each starts and ends, and the places of those that begin a sentence."""

    def __init__(self, starts: Sequence[int], ends: Sequence[int], sentences: Sequence[int]) -> None:
        """Take the borders of the tokens and the places of those that begin a sentence, all ascending."""
        self.starts = starts
        self.ends = ends
        self.sentences = sentences

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.starts)

    @overload
    def __getitem__(self, place: int) -> FormatToken:
        """Return a token."""

    @overload
    def __getitem__(self, place: slice) -> Sequence[FormatToken]:
        """Return some of the tokens."""

    def __getitem__(self, place: int | slice) -> FormatToken | Sequence[FormatToken]:
        """Return a token, or some of them; all at once are cheaper than one after the other."""
        if isinstance(place, slice):
            return list(self)[place]
        place = range(len(self))[place]
        at = bisect_left(self.sentences, place)
        begins = at < len(self.sentences) and self.sentences[at] == place
        return FormatToken(self.starts[place], self.ends[place], begins)

    def __iter__(self) -> Iterator[FormatToken]:
        """Yield the tokens."""
        beginning = frozenset(self.sentences)
        for place, (start, end) in enumerate(zip(self.starts, self.ends, strict=True)):
            yield FormatToken(start, end, place in beginning)


Tokenize = Callable[[str], FormatTokens]
"""Cut a text into tokens, none of which overlap; white space is in none, all else in one of them."""


@dataclass(frozen=True, slots=True)
class VersionContent:
    """A version as formats take it.

    `records` yields the records of a split in their order, anew with every call, never all of them in memory.
    """

    manifest: Mapping[str, Any]
    schema: LabelSchema
    records: Callable[[str], Iterator[Record]]

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers whose spans the records hold, if they have any: those of the schema that no filter left out."""
        taken = self.manifest.get("rules", {}).get("filters", {}).get("layers")
        return tuple(layer for layer in self.schema.layer_names if not taken or layer in taken)


class FormatFolder(Protocol):
    """The folder that a format is written to."""

    def append(self, file: str, block: bytes) -> None:
        """Add to a file, made with its first block; it may lie in a folder, named with `/`.

        Raises CuratorError where the disk refuses.
        """
        ...

    def write(self, file: str, content: bytes) -> None:
        """Make a file of its whole content, named as with `append`; there may be one a document.

        Raises CuratorError for a name that is not plain, and where the disk refuses.
        """
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A format: how it is written, and which parts of a record none of its files has, each with the reason.

    `write` writes a version and yields, document by document in the order of the records, every span, relation,
    attribute and value that the files do not hold as it was: what is written and what is yielded are together the
    version, but for the parts `not_held`. It depends on nothing but what it is given, so equal versions give equal
    bytes, holds no more than some documents in memory, and raises CuratorError for a document that it cannot write.
    """

    name: str
    write: Callable[[VersionContent, FormatFolder], Iterator[Loss]]
    not_held: Mapping[str, str] = field(default_factory=dict)


FormatFinder = Callable[[str], Format]
"""Return the format of a name. Raises CuratorError where there is none."""


@dataclass(frozen=True, slots=True)
class FormatParts:
    """What formats may be made of beside the standard library and their own; each is loaded when it is called."""

    tokenize: Callable[[], Tokenize] = field(repr=False)
