"""What a pipeline got wrong, in context, on a terminal."""

from collections.abc import Iterator

from curator.cli.output import flat
from curator.domain.scoring import Fate, Match
from curator.domain.span import Span
from curator.steps.learning.evaluate import Evaluated, Evaluation

_NAMES = {
    Fate.MOVED: "boundary",
    Fate.RELABELLED: "label",
    Fate.REMOVED: "spurious",
    Fate.ADDED: "missed",
}
_AROUND = 36
_WIDTH = max(map(len, _NAMES.values()))


def mistakes(evaluation: Evaluation) -> Iterator[str]:
    """Yield the lines that show every mistake: what kind, the labels, and the span in brackets within its text."""
    for document in evaluation.documents:
        wrong = [one for one in document.matches if one.fate is not Fate.KEPT]
        if wrong:
            yield flat(f"{document.id}  {document.name}")
        for one in wrong:
            yield f"  {_NAMES[one.fate]:<{_WIDTH}}  {_labels(one)}  {_context(one, document)}"


def _labels(one: Match) -> str:
    if one.fate is Fate.RELABELLED and one.predicted and one.current:
        return flat(f"{one.predicted.label}, gold {one.current.label}")
    return flat(one.span.label)


def _context(one: Match, document: Evaluated) -> str:
    """Return the predicted span in brackets, the gold one in braces where its offsets differ, within their text."""
    marks: list[tuple[int, int, int, str]] = []
    for span, opening, closing in ((one.predicted, "[", "]"), (one.current, "{", "}")):
        if span is not None and not (opening == "{" and _same_offsets(one.predicted, span)):
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


def _same_offsets(one: Span | None, other: Span) -> bool:
    return one is not None and (one.start, one.end) == (other.start, other.end)
