"""What the front page shows, made from views of the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from curator.domain.scoring import MatchKind
from curator.views.labels import LabelMatches, LabelReport, PipelineMatches
from curator.web.charts import Share

_DAYS = 30
_PARTS = (MatchKind.EXACT, MatchKind.BOUNDARY, MatchKind.LABEL, MatchKind.SPURIOUS)


def last_days(days: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the last thirty calendar days up to the last one with an annotation, those without any with 0."""
    counts = dict(days)
    if not counts:
        return []
    last, first = date.fromisoformat(max(counts)), date.fromisoformat(min(counts))
    # A week at least: a single bar would fill the chart.
    begin = max(last - timedelta(days=_DAYS - 1), min(first, last - timedelta(days=6)))
    shown = [(begin + timedelta(days=number)).isoformat() for number in range((last - begin).days + 1)]
    return [(day, counts.get(day, 0)) for day in shown]


def compared_labels(report: LabelReport) -> PipelineMatches | None:
    """Return the newest pipeline whose predictions were compared with annotations, else the newest one."""
    compared = [pipeline for pipeline in report.pipelines if pipeline.annotations]
    return next(iter(compared or report.pipelines), None)


def label_shares(report: LabelReport) -> list[Share]:
    """Return the bars of the newest compared pipeline: for every label seen, the share of each kind of match."""
    pipeline = compared_labels(report)
    return [_share(label) for label in (pipeline.labels if pipeline else ()) if label.matches.predicted]


def _share(label: LabelMatches) -> Share:
    return Share(label.label, tuple(label.matches.rate(kind) or 0.0 for kind in _PARTS))


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F of one part of a model; None where its training reported none."""

    name: str
    precision: float | None
    recall: float | None
    f: float | None


def model_scores(scores: Mapping[str, Any]) -> list[Score]:
    """Return the scores that come as NAME_p, NAME_r and NAME_f."""
    titles = {"ents": "entities"}
    names = [key.removesuffix("_f") for key in scores if key.endswith("_f") and _number(scores[key]) is not None]
    return [
        Score(titles.get(name, name.removeprefix("spans_")), *(_number(scores.get(f"{name}_{kind}")) for kind in "prf"))
        for name in sorted(names)
    ]


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
