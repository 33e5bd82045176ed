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
from curator.web.highlight import Piece, marks, pieces
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
        # Both are files of our own, and a schema's colours are checked when it is read.
        styles=Markup(_STYLES.read_text(encoding="utf-8") + style_sheet(schema)),
        kinds=_MISTAKES,
        lang=schema.language,
        counts=Counter(one.kind for document in evaluation.documents for one in document.matches),
        rows=list(_rows(evaluation)),
        documents=[_document(one) for one in evaluation.documents],
    )


def _rows(evaluation: Evaluation) -> Iterator[dict[str, Any]]:
    for layer, whole in evaluation.layers.items():
        for label, one in (*whole.labels.items(), ("all", whole)):
            yield {
                "layer": layer,
                "label": label,
                "whole": one is whole,
                "tally": one.tally,
                "measures": one.tally.measures(),
                "interval": one.interval,
            }


def _document(one: EvaluatedDocument) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "text": one.text,
        "predicted": _drawn(one.text, ((match.predicted, match.kind) for match in one.matches)),
        "gold": _drawn(one.text, ((match.current, match.kind) for match in one.matches)),
        "mistakes": [match for match in one.matches if match.kind is not MatchKind.EXACT],
    }


def _drawn(text: str, spans: Iterable[tuple[Span | None, MatchKind]]) -> list[Piece]:
    return pieces(text, marks((span, kind) for span, kind in spans if span is not None))
