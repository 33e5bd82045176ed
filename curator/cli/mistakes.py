"""What a pipeline got wrong, in context, on a terminal."""

from collections.abc import Iterator

from curator.cli.output import flat
from curator.domain.scoring import Match, MatchKind
from curator.domain.span import Span
from curator.steps.learning.evaluate import EvaluatedDocument, Evaluation

_AROUND = 36
_WIDTH = max(map(len, MatchKind))


def mistakes(evaluation: Evaluation) -> Iterator[str]:
    """Yield the lines that show every mistake: what kind, the labels, and the span in brackets within its text."""
    for document in evaluation.documents:
        wrong = [match for match in document.matches if match.kind is not MatchKind.EXACT]
        if wrong:
            yield flat(f"{document.id}  {document.name}")
        for match in wrong:
            yield f"  {match.kind:<{_WIDTH}}  {_labels(match)}  {_context(match, document)}"


def _labels(match: Match) -> str:
    if match.kind is MatchKind.LABEL and match.predicted and match.current:
        return flat(f"{match.predicted.label}, gold {match.current.label}")
    return flat(match.span.label)


def _context(match: Match, document: EvaluatedDocument) -> str:
    """Return the predicted span in brackets, the gold one in braces where its offsets differ, within their text."""
    marks: list[tuple[int, int, int, str]] = []
    for span, opening, closing in ((match.predicted, "[", "]"), (match.current, "{", "}")):
        if span is not None and not (opening == "{" and _same_offsets(match.predicted, span)):
            # At one offset the inner span closes first and opens last.
            marks += [(span.start, 1, -span.end, opening), (span.end, 0, -span.start, closing)]
    marks.sort()
    at = max(0, marks[0][0] - _AROUND)
    shown = "…" if at else ""
    for offset, _, _, mark in marks:
        shown += document.text[at:offset] + mark
        at = offset
    end = min(len(document.text), at + _AROUND)
    return flat(shown + document.text[at:end]) + ("…" if end < len(document.text) else "")


def _same_offsets(predicted: Span | None, gold: Span) -> bool:
    return predicted is not None and (predicted.start, predicted.end) == (gold.start, gold.end)
