"""Small stand-ins for readers, pipelines, nearness and language, and a label schema to use them with."""

import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from curator.domain.document import RawDocument
from curator.domain.errors import InputRefused
from curator.domain.prediction import PipelineId
from curator.domain.schema import LabelSchema, schema_from_value
from curator.domain.span import Content, Relation, Span, span_order
from curator.domain.split import SplitRule
from curator.steps.ports.documents import Detected, Refused

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


def french(text: str) -> Detected:
    """Implements `Language`: what does not begin as English is French, and two words may be Italian as well."""
    if not any(char.isalpha() for char in text):
        return Detected("und")
    if text.startswith("The "):
        return Detected("en")
    return Detected("it", frozenset({"fr"})) if len(text.split()) == 2 else Detected("fr")


class Texts:
    """Implements `Reader` on documents that are there already; their names are their paths."""

    def __init__(self, *documents: RawDocument | Refused) -> None:
        self.documents = documents

    @property
    def paths(self) -> list[str]:
        """What all documents are read by, in the order in which they were given."""
        return list(dict.fromkeys(document.name for document in self.documents))

    def read(self, paths: Sequence[str]) -> Iterator[RawDocument | Refused]:
        for path in paths:
            there = [document for document in self.documents if f"{document.name}/".startswith(f"{path}/")]
            yield from sorted(there, key=lambda document: document.name) or [refused(path)]


def raw(name: str, text: str, **fields: Any) -> RawDocument:
    return RawDocument(name, text, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), **fields)


def refused(name: str) -> Refused:
    return Refused(name, InputRefused("empty", name, "fill it"))


class WordNearness:
    """Implements `Nearness`: texts are near-duplicates when they share half of their words."""

    scheme = "words"

    def signature(self, text: str) -> list[int]:
        return sorted({zlib.crc32(word.encode()) - 2**31 for word in _words(text) or [""]})

    def near(self, left: str, right: str) -> bool:
        left_words, right_words = _words(left), _words(right)
        return len(left_words & right_words) * 2 >= len(left_words | right_words)


def _words(text: str) -> set[str]:
    return set(text.split())


class NamePipeline:
    """Implements `Pipeline`: finds every capitalised word as GPE; counts the texts it was given."""

    def __init__(self, name: str = "names", digest: str = "d1", score: float = 0.75) -> None:
        self.id = PipelineId(name, digest)
        self.seen = 0
        self._score = score

    def annotate(self, texts: Iterable[str]) -> Iterator[Content]:
        for text in texts:
            self.seen += 1
            matches = re.finditer(r"[A-ZÉ]\w+", text)
            yield Content(tuple(Span("entities", m.start(), m.end(), "GPE", self._score, "capital") for m in matches))


class HalfPipeline(NamePipeline):
    """Finds the first character alone as well, and says where the names lie from it."""

    def annotate(self, texts: Iterable[str]) -> Iterator[Content]:
        for text in texts:
            (content,) = super().annotate([text])
            if text[:1].strip():
                half = Span("entities", 0, 1, "PER", 0.5, "half")
                relations = tuple(Relation(half.id, span.id, "place") for span in content.spans)
                content = Content((half, *content.spans), relations)
            yield content


class PreparedPipeline:
    """Implements `Pipeline`: finds the spans prepared for each text."""

    id = PipelineId("prepared", "d1")

    def __init__(self, prepared: Mapping[str, Iterable[Span]]) -> None:
        self._prepared = {text: tuple(sorted(spans, key=span_order)) for text, spans in prepared.items()}

    def annotate(self, texts: Iterable[str]) -> Iterator[Content]:
        yield from (Content(self._prepared.get(text, ())) for text in texts)


def silent(done: int, total: int | None) -> None:
    """Implements `Progress` where nobody looks."""


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
