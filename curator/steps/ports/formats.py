"""Formats: a dataset version in the form that another tool takes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from curator.domain.loss import Loss
from curator.domain.record import Record
from curator.domain.schema import LabelSchema


@dataclass(frozen=True, slots=True)
class FormatToken:
    """A token of a text: the half-open range [start, end) in code points, and whether a sentence begins with it."""

    start: int
    end: int
    begins_sentence: bool


Tokenize = Callable[[str], Sequence[FormatToken]]
"""Cut a text into tokens, in order, none of them blank or overlapping another; what is not in any is white space."""


@dataclass(frozen=True, slots=True)
class VersionContent:
    """A version as formats take it.

    `records` yields the records of a split in their order, anew with every call, never all of them in memory.
    """

    manifest: Mapping[str, Any]
    schema: LabelSchema
    records: Callable[[str], Iterator[Record]]


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

    tokenize: Callable[[], Tokenize]
