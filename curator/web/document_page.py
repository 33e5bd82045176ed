"""What the page of one document shows: prediction and decision side by side, and what differs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from curator.domain.scoring import Match, MatchKind
from curator.domain.scoring import match as match_spans
from curator.domain.span import Content, Relation, Span
from curator.views.documents import ContentView, DocumentView
from curator.web.highlight import Segment, marks, segments
from curator.web.palette import Palette
from curator.web.wording import REVIEW_WORDS

_ARROWS = {"right": ("—", "→"), "left": ("←", "—"), "bi": ("←", "→")}


@dataclass(frozen=True, slots=True)
class RelationView:
    """A relation between two spans; an end that is no span of the content is None."""

    head: Span | None
    child: Span | None
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Side:
    """One content of a text, as a side of the page shows it."""

    view: ContentView
    segments: list[Segment]
    relations: list[RelationView]
    spans: list[Span]


def document_page(view: DocumentView, palette: Palette) -> dict[str, Any]:
    """Return what the template of a document needs."""
    matches: list[Match] = []
    if view.predicted and view.current:
        matches = match_spans(view.predicted.content.spans, view.current.content.spans)
    predicted = _side(view.text, view.predicted, ((match.predicted, match.kind) for match in matches))
    current = _side(view.text, view.current, ((match.current, match.kind) for match in matches))
    return {
        "view": view,
        "palette": palette,
        "predicted": predicted,
        "current": current,
        "differences": [match for match in matches if match.kind is not MatchKind.EXACT],
        "counts": {kind: sum(match.kind is kind for match in matches) for kind in REVIEW_WORDS},
        "compared": bool(view.predicted and view.current),
    }


def _side(text: str, view: ContentView | None, matched: Iterable[tuple[Span | None, MatchKind]]) -> Side | None:
    if view is None:
        return None
    content = view.content
    compared = [(span, kind) for span, kind in matched if span is not None]
    placed = marks(compared or [(span, None) for span in content.spans])
    return Side(view, segments(text, placed), _relations(content), [mark.span for mark in placed])


def _relations(content: Content) -> list[RelationView]:
    spans = {span.id: span for span in content.spans}

    def relation_view(relation: Relation) -> RelationView:
        arrows = _ARROWS.get(relation.direction, _ARROWS["right"])
        return RelationView(spans.get(relation.head), spans.get(relation.child), relation.label, *arrows)

    return sorted(
        map(relation_view, content.relations),
        key=lambda relation: (_place(relation.head), _place(relation.child), relation.label),
    )


def _place(span: Span | None) -> int:
    return -1 if span is None else span.start
