"""Small stand-ins for readers, pipelines, nearness and language, and a label schema to use them with."""

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from curator.domain.document import RawDocument
from curator.domain.errors import InputRefused
from curator.domain.prediction import PipelineId
from curator.domain.schema import LabelSchema, schema_from_value
from curator.domain.span import Content, Span
from curator.domain.split import SplitRule
from curator.steps.ports.documents import Refused

SCHEMA_VALUE: dict[str, Any] = {
    "name": "small",
    "language": "fr",
    "layers": [
        {
            "name": "entities",
            "overlap": False,
            "labels": [
                {"name": "PER", "colour": "#1565c0", "hotkey": "1"},
                {"name": "GPE", "colour": "#00695c", "hotkey": "2"},
            ],
        },
        {"name": "events", "labels": [{"name": "ATTACK", "colour": "#b71c1c", "hotkey": "a"}]},
    ],
    "relations": [{"name": "agent"}, {"name": "place"}],
    "attributes": [{"name": "certitude", "choices": ["douteux"]}, {"name": "note"}],
}
SCHEMA = schema_from_value(SCHEMA_VALUE, "tests")


def schema_with_label(name: str) -> LabelSchema:
    """Return the schema with one more label of entities."""
    entities, *others = SCHEMA_VALUE["layers"]
    label = {"name": name, "colour": "#6a1b9a", "hotkey": "9"}
    layers = [{**entities, "labels": [*entities["labels"], label]}, *others]
    return schema_from_value({**SCHEMA_VALUE, "layers": layers}, "tests")


RULE = SplitRule("tests", {"train": 0.6, "dev": 0.2, "test": 0.2})


def french(text: str) -> str:
    return "en" if text.startswith("The ") else "fr"


class Texts:
    """A reader of documents that are there already; the paths name which ones, all if there are none."""

    def __init__(self, *documents: RawDocument | Refused) -> None:
        self.documents = documents

    def read(self, paths: Sequence[str]) -> Iterator[RawDocument | Refused]:
        yield from (document for document in self.documents if not paths or document.name in paths)


def raw(name: str, text: str, **fields: Any) -> RawDocument:
    return RawDocument(name, text, f"{zlib.crc32(text.encode()):064x}", **fields)


def refused(name: str) -> Refused:
    return Refused(name, InputRefused("empty", name, "fill it"))


class WordNearness:
    """Texts are near-duplicates when they share half of their words."""

    def bands(self, text: str) -> list[int]:
        return sorted(zlib.crc32(word.encode()) for word in _words(text))

    def near(self, left: str, right: str) -> bool:
        left_words, right_words = _words(left), _words(right)
        return len(left_words & right_words) * 2 >= len(left_words | right_words)


def _words(text: str) -> set[str]:
    return set(text.split())


class NamePipeline:
    """Finds every capitalised word as GPE; counts the texts it was given."""

    def __init__(self, name: str = "names", digest: str = "d1", score: float = 0.75) -> None:
        self.id = PipelineId(name, digest)
        self.seen = 0
        self._score = score

    def annotate(self, texts: Iterable[str]) -> Iterator[Content]:
        for text in texts:
            self.seen += 1
            matches = re.finditer(r"[A-ZÉ]\w+", text)
            yield Content(tuple(Span("entities", m.start(), m.end(), "GPE", self._score, "capital") for m in matches))


def silent(done: int, total: int | None) -> None:
    """Progress that nobody looks at."""


def region(start: int, end: int, label: str, layer: str = "entities", id: str = "") -> dict[str, Any]:
    """Return a result item as Label Studio has it; its words are wrong, as they may be."""
    return {
        "id": id or f"r{start}-{end}-{label}",
        "from_name": layer,
        "to_name": "text",
        "type": "labels",
        "value": {"start": start, "end": end, "text": "not to be trusted", "labels": [label]},
    }


def link(head: str, child: str, label: str = "place") -> dict[str, Any]:
    return {"type": "relation", "from_id": head, "to_id": child, "direction": "right", "labels": [label]}
