"""What `curator ingest` and `curator import` both tell of what came in."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from curator.cli.output import flat, say
from curator.domain.document import SPLITS

if TYPE_CHECKING:
    from curator.steps.intake.import_annotations import ImportReport
    from curator.steps.intake.ingest import Ingested

_SHOWN = 20
"""The lines of a kind that are told; --json has all."""


def tell_each(kind: str, lines: Sequence[str]) -> None:
    """Tell what there is of a kind, each on one line, and how many more than some there are."""
    for line in lines[:_SHOWN]:
        say(flat(line))
    if len(lines) > _SHOWN:
        say(f"{kind}: {len(lines) - _SHOWN} more, which --json names")


def tell(result: "ImportReport | Ingested", misfit: Callable[[str], str]) -> None:
    """Tell what was refused, what does not fit, by its cause, and what stands in doubt."""
    tell_each("refused", [f"refused {refused.error}" for refused in result.refused])
    tell_each("quarantined", [f"quarantined in {name}: {misfit(cause)} ({cause})" for name, cause in result.causes])
    if result.causes:
        say("see `curator quarantine list --all`")
    recounted = [f"offsets counted anew: those of {name} were in {unit}" for name, unit in result.recounted]
    tell_each("offsets counted anew", recounted)
    cutting = [
        f"borders inside words: {count} spans of {name}, and nothing proves them" for name, count in result.cut_words
    ]
    tell_each("borders inside words", cutting)
    doubtful = [
        f"language doubtful: {name} was taken in, and may be in {language!r}" for name, language in result.doubtful
    ]
    tell_each("language doubtful", doubtful)
    if result.dealt.otherwise:
        say(f"{result.dealt.otherwise} documents went with their near-duplicates, not where the split rule says")
    if result.dealt.undated:
        say(f"{result.dealt.undated} documents have no date: their splits are by the shares, not by the cut-off")


def splits(result: "ImportReport | Ingested") -> dict[str, int]:
    """Return how many documents were dealt to each split."""
    return {split: result.dealt.splits[split] for split in SPLITS}


def in_doubt(result: "ImportReport | Ingested", as_json: bool) -> dict[str, Any]:
    """Return what was refused or does not fit, counted, and as JSON with the name of each."""
    counts: dict[str, Any] = {
        "quarantined": len(result.causes),
        "left_out": dict(result.left_out),
        "recounted": len(result.recounted),
        "cut_words": len(result.cut_words),
        "language_doubtful": len(result.doubtful),
        "refused": len(result.refused),
    }
    if not as_json:
        return counts
    return {
        **counts,
        "refused": [{"name": refused.name, "reason": str(refused.error)} for refused in result.refused],
        "problems": [{"name": name, "cause": cause} for name, cause in result.causes],
        "recounted_texts": [{"name": name, "unit": unit} for name, unit in result.recounted],
        "cut_words_texts": [{"name": name, "spans": count} for name, count in result.cut_words],
        "doubtful_texts": [{"name": name, "lang": lang} for name, lang in result.doubtful],
    }
