"""Examples of labels: the first texts, and few records read for them."""

import pytest

from curator.domain.dataset import label_counts
from curator.domain.document import Document
from curator.domain.record import Provenance, Record, record_from_line, record_line, record_of
from curator.domain.span import Content, Span
from curator.steps.datasets import examples
from curator.steps.datasets.examples import LabelExamples
from tests.fakes.parts import SCHEMA


def record(*names: str) -> tuple[bytes, dict[str, dict[str, int]]]:
    """Return the line of a record of people, and its counts."""
    text = " ".join(names)
    content = Content(tuple(Span("entities", text.index(name), text.index(name) + len(name), "PER") for name in names))
    line = record_line(record_of(Document("d", text, "fr"), content, SCHEMA.layer_names, {}, Provenance()))
    return line, label_counts(content, SCHEMA)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The records that are read."""
    lines: list[bytes] = []

    def reading(line: bytes) -> Record:
        lines.append(line)
        return record_from_line(line)

    monkeypatch.setattr(examples, "record_from_line", reading)
    return lines


def test_the_first_texts_of_a_label_are_its_examples_each_once(read: list[bytes]) -> None:
    found = LabelExamples(SCHEMA)
    for names in (["Élise", "Paul"], ["Paul"], ["Zoé", "Ali"], ["Marc"]):
        found.look(*record(*names))
    assert found.texts["entities", "PER"] == ["Élise", "Paul", "Zoé"]
    assert found.texts["entities", "GPE"] == []
    assert len(read) == 3


def test_a_label_that_covers_the_same_everywhere_ends_the_search(read: list[bytes]) -> None:
    found = LabelExamples(SCHEMA)
    for _ in range(100):
        found.look(*record("Paul", "A" * 41))
    assert found.texts["entities", "PER"] == ["Paul"]
    assert len(read) < 20
