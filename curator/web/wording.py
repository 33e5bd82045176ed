"""How pages word times, numbers, states and refusals."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint

from curator.domain.scoring import MatchKind
from curator.views.progress import DocumentState

STATES: Mapping[DocumentState, tuple[str, str]] = {
    DocumentState.REVIEWED: ("Reviewed", "submitted, and decided since the last change"),
    DocumentState.UNDECIDED: ("Undecided", "submitted; the next export will decide"),
    DocumentState.SKIPPED: ("Skipped", "nobody submitted, somebody skipped"),
    DocumentState.WAITING: ("Waiting", "in Label Studio, not reviewed yet"),
    DocumentState.NO_TASK: ("Without task", "not in Label Studio"),
}
SIGNS: Mapping[MatchKind, str] = {
    MatchKind.EXACT: "",
    MatchKind.BOUNDARY: "↔",
    MatchKind.LABEL: "≠",
    MatchKind.SPURIOUS: "−",
    MatchKind.MISSED: "+",
}
REVIEW_WORDS: Mapping[MatchKind, str] = {
    MatchKind.EXACT: "kept",
    MatchKind.BOUNDARY: "moved",
    MatchKind.LABEL: "relabelled",
    MatchKind.SPURIOUS: "removed",
    MatchKind.MISSED: "added",
}
"""What a reviewer did with a predicted span, in the order in which pages show it."""

_REASONS = {
    403: "The dashboard answers on the machine it runs on, at http://127.0.0.1 or http://localhost. From elsewhere, "
    "use an SSH tunnel, or set `public_url` and log in.",
    404: "There is nothing at this address.",
    405: "Pages can be read, nothing more.",
    503: "The store cannot be read now.",
}


def register(blueprint: Blueprint) -> None:
    """Make the words known to the templates."""
    filters: dict[str, Callable[..., str]] = {
        "minute": minute,
        "share": share,
        "seconds": seconds,
        "count": count,
        "size": size,
        "json": plain_json,
    }
    for name, function in filters.items():
        blueprint.add_app_template_filter(function, name)
    blueprint.add_app_template_global(lambda: STATES, "state_words")
    blueprint.add_app_template_global(SIGNS.get, "sign")
    blueprint.add_app_template_global(REVIEW_WORDS.get, "match_word")


def reason(code: int) -> str:
    """Return the explanation of an HTTP status."""
    return _REASONS.get(code, "The page cannot be shown.")


def minute(at: str) -> str:
    """Return a time in the form of `instant`, in UTC to the minute."""
    try:
        return datetime.fromisoformat(at).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return at


def share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}".replace("%", " %")


def seconds(value: float | None) -> str:
    """Return a duration with its unit, as coarse as it may be."""
    if value is None:
        return "–"
    for unit, length in (("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if value >= 2 * length:
            return f"{value / length:.0f} {unit}"
    return f"{value:.0f} s" if value >= 10 else f"{value:.1f} s" if value >= 0.1 else f"{value * 1000:.0f} ms"


def count(value: int) -> str:
    """Return a number with its thousands apart."""
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def size(value: Any) -> str:
    """Return a number of bytes with its unit."""
    return f"{value} B" if value < 1000 else f"{value / 1000:.0f} kB" if value < 1e6 else f"{value / 1e6:.1f} MB"


def plain_json(value: Any) -> str:
    """Return a JSON value as people read it; what it holds is escaped where it is shown."""
    return json.dumps(value, ensure_ascii=False)
