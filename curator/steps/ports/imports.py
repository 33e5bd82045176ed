"""What other tools annotated: files in, as documents with annotations."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import IO, Any, Protocol

from curator.steps.ports.documents import LeftOut as LeftOut
from curator.steps.ports.documents import Refused
from curator.steps.ports.formats import Tokenize


@dataclass(frozen=True, slots=True)
class ImportedAnnotation:
    """What one person annotated on a document.

    `body` holds `spans`, `relations` and `attributes` as `carry_over` takes them, in the offsets of the text as it was
    read. `annotator` is the name that the file gives, `key` what tells it from others of that annotator on the same
    document; both are empty where the file has none. A time is in the form of `instant`.
    """

    body: Mapping[str, Any]
    annotator: str = ""
    key: str = ""
    skipped: bool = False
    ground_truth: bool = False
    lead_time: float | None = None
    updated_at: str | None = None

    @classmethod
    def of_record(cls, body: Mapping[str, Any], provenance: Mapping[str, Any]) -> "ImportedAnnotation":
        """Return what was decided on a record, by the last annotator that its provenance names, else by the first."""
        annotators = provenance.get("annotators")
        names = [provenance.get("last_annotator"), *(annotators if isinstance(annotators, list) else [])]
        return cls(
            body,
            annotator=next((name for name in names if isinstance(name, str) and name), ""),
            ground_truth=provenance.get("ground_truth") is True,
        )


@dataclass(frozen=True, slots=True)
class ImportedDocument:
    """A text, not yet canonical, with what was annotated on it.

    `name` says where it was read (a path, with `:N` for the N-th line, row or element); `raw_sha256` is over the bytes
    it came from. `id` is the document's id in the file, and `source` the place that the file says the text was found
    at; both are empty where it names none. `code_points` says that the format itself counts offsets in code points, or
    that the reader made them so: then nobody looks for another unit. `left_out` counts parts that are no annotations,
    by cause: a span that was rejected, say.
    """

    name: str
    text: str
    raw_sha256: str
    annotations: tuple[ImportedAnnotation, ...] = ()
    encoding: str = "utf-8"
    lang: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    split: str | None = None
    id: str = ""
    source: str = ""
    code_points: bool = False
    left_out: Mapping[str, int] = field(default_factory=dict)


Imported = ImportedDocument | LeftOut | Refused


class ImportFiles(Protocol):
    """The files that a path stands for: the one that it is, those of a folder, or those within a zip archive."""

    @property
    def name(self) -> str:
        """What messages call the path."""
        ...

    def names(self) -> Sequence[str]:
        """Return the names of the files, ascending, with `/` between the folders they lie in; hidden ones are none."""
        ...

    def has(self, file: str) -> bool:
        """Say whether there is a file of a name, be it one of the names, or beside the one file that the path is."""
        ...

    def shown(self, file: str) -> str:
        """Return what messages call a file."""
        ...

    def open(self, file: str) -> AbstractContextManager[IO[bytes]]:
        """Open a file by its name. Raises InputRefused for one that is not there or cannot be read."""
        ...

    def read(self, file: str) -> bytes:
        """Return a whole file. Raises InputRefused as `open` does, and for one beyond the largest that is taken."""
        ...


@dataclass(frozen=True, slots=True)
class ImportPart:
    """What is taken in whole or not at all: a file of documents, or a document of several files.

    Reading `documents` raises InputRefused where the part as a whole cannot be read to its end; a document that cannot
    be taken in while the rest can comes as a refusal.
    """

    name: str
    documents: Iterator[Imported]


@dataclass(frozen=True, slots=True)
class ImportParts:
    """What readers may be made of beside the standard library and their own.

    `text` returns the text of a stored document by id, or None; `max_text` is the largest text, in bytes of its
    canonical form in UTF-8; `layers` are those of the label schema, in its order.
    """

    tokenize: Callable[[], Tokenize] = field(repr=False)
    text: Callable[[str], str | None] = field(repr=False)
    max_text: int = 1_000_000
    layers: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class ImportFormat:
    """A format that is read: `parts` yields what lies in the files of a path, part by part, in a fixed order.

    It raises InputRefused where the files are of another format.
    """

    name: str
    parts: Callable[[ImportFiles], Iterator[ImportPart]]


class ImportReader(Protocol):
    """Reads documents with annotations."""

    def read(self, paths: Sequence[str]) -> Iterator[Imported]:
        """Yield what the files at the paths hold, in their order; never raises for an input.

        Of a file that breaks off or breaks its format nothing is yielded but the refusal. No text is blank.
        """
        ...
