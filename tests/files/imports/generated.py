"""A thousand records of texts, spans, relations and attributes that are drawn by a seed."""

import random
from collections.abc import Iterator

from curator.domain.canonical import canonicalise
from curator.domain.record import Record
from curator.domain.span import Attribute, Relation, Span, span_order
from tests.files.formats.hard_case import SCHEMA

_WORDS = (
    *("l’armée", "attaque", "Kyïv", "d'Odessa", "«\u00a0trêve\u00a0»", "Zoé", "n’a", "Nord-Kivu", "10\u202f000"),
    *("🇫🇷", "👩\u200d👩\u200d👧", "𝒳", "Š", "Ça", "…", "blessés,", "Bamako.", "\u200fالقدس", "a\u2028b", "e\u0301"),
    *("-X-", "O", "B-PER", "# id", "T1", "<b>", "&amp;"),
)
_BLANKS = (" ", " ", " ", "  ", "\n", "\n\n", "\t", "\u00a0")
_LABELS = (("entities", "PER"), ("entities", "GPE"), ("events", "ATTACK"), ("claims", "ATTACK"))


def generated(count: int, seed: int = 7) -> dict[str, list[Record]]:
    """Return so many records by split, each of another text."""
    draw = random.Random(seed)
    records: dict[str, list[Record]] = {"train": [], "dev": [], "test": []}
    for number in range(count):
        records[draw.choice(["train", "train", "dev", "test"])].append(_record(draw, number))
    return records


def _record(draw: random.Random, number: int) -> Record:
    pieces = [f"Dépêche {number}."]
    for _ in range(draw.randint(1, 30)):
        pieces += [draw.choice(_BLANKS), draw.choice(_WORDS)]
    text = canonicalise("".join(pieces)).text
    spans = sorted(set(_spans(draw, text)), key=span_order)
    ids = [span.id for span in spans]
    # Of those that differ in direction alone, formats that have none hold one.
    relations = {
        (draw.choice(ids), draw.choice(ids), draw.choice(["agent", "place"])): draw.choice(["right", "left", "bi"])
        for _ in range(draw.randint(0, 3) if ids else 0)
    }
    attributes = {
        (draw.choice(["document", *ids]), draw.choice(["note", "certitude"])): draw.choice(["douteux", ["douteux"]])
        for _ in range(draw.randint(0, 2))
    }
    return Record(
        str(number),
        text,
        "fr",
        {layer: tuple(span for span in spans if span.layer == layer) for layer in SCHEMA.layer_names},
        tuple(Relation(*ends, direction) for ends, direction in sorted(relations.items())),
        tuple(Attribute(on, name, value) for (on, name), value in attributes.items()),
        {"n": number, "é": [None, {"x": draw.random() < 0.5}]} if draw.random() < 0.5 else {},
    )


def _spans(draw: random.Random, text: str) -> Iterator[Span]:
    for _ in range(draw.randint(0, 6)):
        start = draw.randrange(len(text))
        end = min(len(text), start + draw.choice([1, 3, 8, 20]))
        if text[start:end].strip() == text[start:end]:
            yield Span(*_at(draw, start, end))


def _at(draw: random.Random, start: int, end: int) -> tuple[str, int, int, str]:
    layer, label = draw.choice(_LABELS)
    return layer, start, end, label
