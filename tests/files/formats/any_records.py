"""Records of any texts, spans, relations and attributes, and a version of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from curator.bootstrap.formats import formats
from curator.domain.canonical import canonicalise
from curator.domain.document import SPLITS
from curator.domain.loss import Loss
from curator.domain.record import Provenance, Record
from curator.domain.span import DIRECTIONS, DOCUMENT, Attribute, Relation, Span, span_order
from curator.steps.ports.formats import Format, VersionContent
from tests.files.formats.hard_case import SCHEMA, MemoryFolder, version
from tests.properties.test_no_span_misplaced import NEWS, STORABLE, TEXTS

LABELS = (("entities", "PER"), ("entities", "GPE"), ("events", "ATTACK"), ("claims", "ATTACK"))
ODD_LABELS = (*LABELS, ("entities", "Force armée"), ("events", "a;b|c%20\td"), ("claims", "B-O"))
"""With some that a schema may have and columns may not."""

_MARKS = (
    "-DOCSTART-",
    "-DOCSTART- -X- O O\n\n",
    "# text = a",
    "_",
    "*",
    "1:PER",
    "\t",
    "O",
    "|",
    "SpaceAfter=No",
    ". ",
)
_WORDS = st.text(STORABLE, max_size=5)
_NAMES = st.sampled_from(["note", "meta", "autre", "certitude"])
_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.just("douteux")
    | st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _WORDS,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(_WORDS, values, max_size=3),
    max_leaves=4,
)


PLAIN = st.text("0123456789abcdef#", min_size=1, max_size=6)
"""Ids as exports have them."""
ANY = st.text(STORABLE, min_size=1, max_size=6)


@st.composite
def records(draw: st.DrawFn, labels: Sequence[tuple[str, str]], each_id: st.SearchStrategy[str] = ANY) -> list[Record]:
    """Draw records with ids of their own."""
    ids = draw(st.lists(each_id, max_size=3, unique=True))
    return [_record(draw, name, labels) for name in ids]


def _record(draw: st.DrawFn, name: str, labels: Sequence[tuple[str, str]]) -> Record:
    parts = draw(st.lists(TEXTS | NEWS | st.sampled_from(_MARKS), max_size=4))
    text = canonicalise("".join(parts)).text
    spans: set[Span] = set()
    for _ in range(draw(st.integers(0, 6)) if text else 0):
        start = draw(st.integers(0, len(text) - 1))
        layer, label = draw(st.sampled_from(labels))
        spans.add(Span(layer, start, draw(st.integers(start + 1, len(text))), label))
    ordered = sorted(spans, key=span_order)
    names = [span.id for span in ordered]
    return Record(
        name,
        text,
        draw(st.sampled_from(["fr", "", "und"])),
        {layer: tuple(span for span in ordered if span.layer == layer) for layer in SCHEMA.layer_names},
        _relations(draw, names) if names else (),
        tuple(
            Attribute(on, attribute, draw(_VALUES))
            for on, attribute in draw(
                st.lists(
                    st.tuples(
                        st.sampled_from([DOCUMENT, *names]), st.sampled_from(["note", "meta", "autre", "certitude"])
                    ),
                    max_size=3,
                    unique=True,
                )
            )
        ),
        draw(st.dictionaries(_WORDS, _VALUES, max_size=2)),
        draw(st.sampled_from([Provenance(), Provenance(("a", "b"), "latest", "rules@01", True, "a é.txt", "b")])),
    )


def _relations(draw: st.DrawFn, names: Sequence[str]) -> tuple[Relation, ...]:
    ends = st.tuples(st.sampled_from(names), st.sampled_from(names), st.sampled_from(["agent", "place", "x 2"]))
    drawn = draw(st.lists(ends, max_size=3, unique=True))
    return tuple(Relation(*end, draw(st.sampled_from(DIRECTIONS))) for end in drawn)


def written(name: str, splits: Mapping[str, Sequence[Record]]) -> tuple[Format, dict[str, bytes], list[Loss]]:
    """Return a format, what it writes of a version of these records, and what it leaves out."""
    (form,) = formats([name])
    folder = MemoryFolder()
    losses = list(form.write(_version(lambda split: splits.get(split, ())), folder))
    return form, folder.files, losses


def _version(of_split: Callable[[str], Sequence[Record]]) -> VersionContent:
    manifest = dict(version().manifest)
    manifest["files"] = {
        f"{split}.jsonl": {"sha256": "0" * 64, "bytes": 0, "records": len(of_split(split))} for split in SPLITS
    }
    return VersionContent(manifest, SCHEMA, lambda split: iter(of_split(split)))
