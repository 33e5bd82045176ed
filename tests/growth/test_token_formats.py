"""What a format costs grows with the documents and their length, and no more of them is held in memory."""

import tracemalloc
from collections.abc import Iterator
from itertools import cycle, islice

import pytest

from benchmarks.generated import own_text
from curator.bootstrap.formats import formats
from curator.domain.record import Record
from curator.domain.span import Attribute, Relation, Span
from curator.files.formats import blocks
from curator.steps.ports.formats import VersionContent
from tests.files.formats.hard_case import SCHEMA, version
from tests.growth.counting import FACTOR
from tests.growth.test_texts import lines_of_curator

FORMATS = ("bioes", "conll", "conllup", "label-studio", "prodigy")


class Nowhere:
    """Implements `FormatFolder`; keeps nothing."""

    def append(self, file: str, block: bytes) -> None:
        assert isinstance(block, bytes)

    def write(self, file: str, content: bytes) -> None:
        assert isinstance(content, bytes)


def record(number: int, sentences: int) -> Record:
    """Return a record whose spans, half of them overlapping others, are as many as its text is long."""
    text = own_text(number % 10, sentences=sentences)
    starts = range(0, len(text) - 20, 20)
    entities = tuple(Span("entities", start, start + 12, "PER") for start in starts)
    events = tuple(Span("events", start, start + 25, "ATTACK") for start in starts[:-1])
    relations = tuple(Relation(event.id, entity.id, "agent") for event, entity in zip(events, entities, strict=False))
    attributes = tuple(Attribute(event.id, "certitude", ["douteux"]) for event in events)
    layers = {"entities": entities, "events": events, "claims": ()}
    return Record(str(number), text, "fr", layers, relations, attributes)


def write(name: str, records: Iterator[Record]) -> None:
    (form,) = formats([name])
    content = version()
    given = {"train": records}
    content = VersionContent(content.manifest, SCHEMA, lambda split: given.get(split, iter(())))
    for _ in form.write(content, Nowhere()):
        pass


def lines(name: str, count: int, sentences: int) -> int:
    records = [record(number, sentences) for number in range(count)]
    with lines_of_curator() as run:
        write(name, iter(records))
    return run[0]


@pytest.mark.parametrize("name", FORMATS)
def test_lines_that_run_grow_with_documents_and_with_length(name: str) -> None:
    few, many, long = lines(name, 3, 4), lines(name, 3 * FACTOR, 4), lines(name, 3, 4 * FACTOR)
    assert many <= few * FACTOR
    assert long <= few * FACTOR * 1.2


@pytest.mark.parametrize("name", FORMATS)
def test_memory_is_the_same_for_many_documents(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "_BLOCK", 1 << 14)
    records = [record(number, 8) for number in range(10)]
    peaks = []
    write(name, iter(records))
    for count in (120, 120 * FACTOR // 2):
        tracemalloc.start()
        write(name, islice(cycle(records), count))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    few, many = peaks
    assert many <= few * 1.2
