"""What the page of one document shows: prediction and answer side by side, and what differs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from curator.domain.scoring import Match, MatchKind, match
from curator.domain.span import Content, Relation, Span
from curator.views.documents import ContentView, DocumentView
from curator.web.highlight import Piece, marks, pieces
from curator.web.palette import Palette
from curator.web.wording import REVIEW_WORDS

_ARROWS = {"right": ("—", "→"), "left": ("←", "—"), "bi": ("←", "→")}


@dataclass(frozen=True, slots=True)
class Link:
    """A relation between two spans; an end that is no span of the content is None."""

    head: Span | None
    child: Span | None
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Side:
    """One reading of a text."""

    statement: ContentView
    pieces: list[Piece]
    links: list[Link]
    spans: list[Span]


def document_page(view: DocumentView, palette: Palette) -> dict[str, Any]:
    """Return what the template of a document needs."""
    found: list[Match] = []
    if view.predicted and view.current:
        found = match(view.predicted.content.spans, view.current.content.spans)
    predicted = _side(view.text, view.predicted, ((one.predicted, one.kind) for one in found))
    current = _side(view.text, view.current, ((one.current, one.kind) for one in found))
    return {
        "view": view,
        "palette": palette,
        "predicted": predicted,
        "current": current,
        "differences": [one for one in found if one.kind is not MatchKind.EXACT],
        "counts": {kind: sum(1 for one in found if one.kind is kind) for kind in REVIEW_WORDS},
        "compared": bool(view.predicted and view.current),
    }


def _side(text: str, statement: ContentView | None, matched: Iterable[tuple[Span | None, MatchKind]]) -> Side | None:
    if statement is None:
        return None
    content = statement.content
    compared = [(span, kind) for span, kind in matched if span is not None]
    placed = marks(compared or [(span, None) for span in content.spans])
    return Side(statement, pieces(text, placed), _links(content), [mark.span for mark in placed])


def _links(content: Content) -> list[Link]:
    spans = {span.id: span for span in content.spans}

    def link(relation: Relation) -> Link:
        arrows = _ARROWS.get(relation.direction, _ARROWS["right"])
        return Link(spans.get(relation.head), spans.get(relation.child), relation.label, *arrows)

    return sorted(map(link, content.relations), key=lambda one: (_place(one.head), _place(one.child), one.label))


def _place(span: Span | None) -> int:
    return -1 if span is None else span.start
