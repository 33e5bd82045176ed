"""Records made at random, two of a text at a time."""

from hypothesis import strategies as st

from curator.domain.record import Provenance, Record
from curator.domain.span import Attribute, Relation, Span

TEXT = "Élise 🌍 a fui\u2028Dakar, dit-on\n"
LAYERS = ("entities", "events")
_VALUES = st.sampled_from([1, 1.0, True, None, "x\u2028", ["a"], {"b": 1, "a": 2}, {"a": 2, "b": 1}])
_NAMES = st.sampled_from(["ada", "bob", "eve"])


@st.composite
def spans(draw: st.DrawFn) -> Span:
    start = draw(st.integers(0, len(TEXT) - 1))
    end = draw(st.integers(start + 1, min(start + 6, len(TEXT))))
    return Span(draw(st.sampled_from(LAYERS)), start, end, draw(st.sampled_from(["A", "B"])))


@st.composite
def records(draw: st.DrawFn, document: str = "d") -> Record:
    """Return a record as a version may hold it: no span, relation or attribute twice."""
    there = draw(st.lists(spans(), max_size=6, unique_by=lambda span: span.id))
    ids = [span.id for span in there]
    ends = st.sampled_from(ids) if ids else st.nothing()
    relation = st.builds(Relation, ends, ends, st.sampled_from(["r", "s"]), st.sampled_from(["right", "left"]))
    attribute = st.builds(Attribute, st.sampled_from(["document", *ids]), st.sampled_from(["m", "n"]), _VALUES)
    layers = draw(st.sampled_from([LAYERS, LAYERS[::-1], (*LAYERS, "more")]))
    return Record(
        document,
        TEXT,
        draw(st.sampled_from(["fr", ""])),
        {layer: tuple(span for span in there if span.layer == layer) for layer in layers},
        tuple(draw(st.lists(relation, max_size=4, unique=True))) if ids else (),
        tuple(draw(st.lists(attribute, max_size=4, unique_by=lambda attribute: attribute.key))),
        draw(st.dictionaries(st.sampled_from(["k", "l"]), _VALUES)),
        Provenance(
            tuple(sorted(draw(st.sets(_NAMES)))),
            draw(st.sampled_from(["latest", "person"])),
            draw(st.sampled_from([None, "p@1"])),
            draw(st.booleans()),
            draw(st.sampled_from(["a.txt", "b.txt"])),
            draw(st.none() | _NAMES),
        ),
    )
