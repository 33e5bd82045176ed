"""The ways in which tools write what relations lead from and to."""

from collections.abc import Mapping, Sequence
from typing import Any

GONE: Any = object()
"""What a relation is that leads to a span which was left out."""


class RelationEnds:
    """The spans that relations lead from and to, by their places and by their last tokens; the first one counts."""

    def __init__(self, spans: Sequence[Any], gone: Sequence[Mapping[str, Any]]) -> None:
        """Take the spans, which get ids as relations name them, and those that were left out."""
        self._gone_ids = [span["id"] for span in gone if "id" in span]
        self._by_tokens = any(isinstance(span, dict) and "token_end" in span for span in spans)
        self._spans: dict[str, dict[str, Any]] = {}
        self._gone: set[str] = set()
        for span in spans:
            if isinstance(span, dict):
                for name in _names(span):
                    self._spans.setdefault(name, span)
        for left_out in gone:
            self._gone |= {*_names(left_out)}

    def relation(self, item: Any) -> Any:
        """Return a relation with the ids of its ends, or `GONE` where one of them was left out."""
        if not isinstance(item, dict):
            return item
        if "from_id" in item or "to_id" in item:
            ends = [item.get("from_id"), item.get("to_id")]
            if any(end in self._gone_ids for end in ends):
                return GONE
            return {**item, "head": ends[0], "child": ends[1], "label": item.get("type", item.get("label"))}
        names_places = item.get("head_span") is not None or item.get("child_span") is not None
        if not names_places and not (self._by_tokens and type(item.get("head")) is int):
            return item
        ends = [self._end(item, "head"), self._end(item, "child")]
        return GONE if GONE in ends else {**item, "head": ends[0], "child": ends[1]}

    def _end(self, item: Mapping[str, Any], name: str) -> Any:
        """Return the id of the span at an end, or None where there is no span."""
        place = item.get(f"{name}_span")
        wanted = _place(place) if isinstance(place, dict) else _token(item.get(name))
        if (span := self._spans.get(wanted)) is not None:
            return span.setdefault("id", _place(span))
        return GONE if wanted in self._gone else None


def _names(span: Mapping[str, Any]) -> list[str]:
    return [_place(span), *([_token(span["token_end"])] if "token_end" in span else [])]


def _place(span: Mapping[str, Any]) -> str:
    return f"{span.get('start')}-{span.get('end')}:{span.get('label')}"


def _token(number: Any) -> str:
    return f"token {number}"
