"""A page of what a pipeline got wrong, whole in itself: it can be sent to somebody and opened without a server."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from curator.domain.schema import LabelSchema
from curator.domain.scoring import MatchKind
from curator.domain.span import Span
from curator.steps.learning.evaluate import EvaluatedDocument, Evaluation
from curator.web.highlight import Segment, marks, segments
from curator.web.palette import palette, style_sheet
from curator.web.wording import SIGNS

_MISTAKES = tuple(kind for kind in MatchKind if kind is not MatchKind.EXACT)
_STYLES = Path(__file__).parent / "static" / "dashboard.css"


def mistakes_page(evaluation: Evaluation, schema: LabelSchema) -> str:
    """Return the page as HTML: scores by label, and every document with predicted and gold spans side by side."""
    environment = Environment(loader=PackageLoader("curator.web"), autoescape=True)
    environment.globals["sign"] = SIGNS.get
    environment.globals["match_word"] = str
    return environment.get_template("mistakes.html").render(
        pipeline=evaluation.pipeline,
        palette=palette(schema),
        # A file of our own, and the colours of a schema, which are checked when it is read.
        styles=Markup(_STYLES.read_text(encoding="utf-8") + style_sheet(schema)),  # noqa: S704 - as said above
        kinds=_MISTAKES,
        lang=schema.language,
        counts=Counter(match.kind for document in evaluation.documents for match in document.matches),
        rows=list(_rows(evaluation)),
        documents=[_document(document) for document in evaluation.documents],
    )


def _rows(evaluation: Evaluation) -> Iterator[dict[str, Any]]:
    for layer, whole in evaluation.layers.items():
        for label, result in (*whole.labels.items(), ("all", whole)):
            yield {
                "layer": layer,
                "label": label,
                "whole": result is whole,
                "tally": result.tally,
                "measures": result.tally.measures(),
                "interval": result.interval,
            }


def _document(document: EvaluatedDocument) -> dict[str, Any]:
    return {
        "id": document.id,
        "name": document.name,
        "text": document.text,
        "predicted": _segments(document.text, ((match.predicted, match.kind) for match in document.matches)),
        "gold": _segments(document.text, ((match.current, match.kind) for match in document.matches)),
        "mistakes": [match for match in document.matches if match.kind is not MatchKind.EXACT],
    }


def _segments(text: str, spans: Iterable[tuple[Span | None, MatchKind]]) -> list[Segment]:
    return segments(text, marks((span, kind) for span, kind in spans if span is not None))
