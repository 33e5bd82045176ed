"""Documents: immutable canonical texts and where they came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from curator.domain.offset_units import CODE_POINTS
from curator.domain.span import Content

SPLITS = ("train", "dev", "test")


def split_named(path: str) -> str | None:
    """Return the split that a file is of by its name or that of a folder it lies in: `train.jsonl`, `dev/1.txt`."""
    names = (part.partition(".")[0] for part in reversed(path.split("/")))
    return next((name for name in names if name in SPLITS), None)


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One text as a reader found it, before anything is done to it.

    `name` says where it was found (a path, with `:N` for the N-th line or row of a file); `raw_sha256`
    is over the bytes (of the file, or of the line) it came from; `annotations` is the JSON of spans and
    relations that came with it; `left_out` counts what came with it and is none of them, by cause.
    """

    name: str
    text: str
    raw_sha256: str
    encoding: str = "utf-8"
    lang: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    split: str | None = None
    annotations: Mapping[str, Any] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """A place a document was found at."""

    document: str
    name: str
    raw_sha256: str
    encoding: str
    meta: Mapping[str, Any]
    split: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A canonical text; the id is derived from it alone."""

    id: str
    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document with the source it arrived from and the spans that came with it, already in canonical offsets.

    `seems_in` is the language that its text was rather detected as, where that is another than the document's; `unit`
    is what the offsets of the spans were counted in, and `cut_words` how many of these have a border inside a word that
    nothing proves.
    """

    document: Document
    source: Source
    content: Content
    seems_in: str | None = None
    unit: str = CODE_POINTS
    cut_words: int = 0
