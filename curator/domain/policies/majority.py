"""The policy `majority`: what more than half of the annotations hold, or a share of them that is given."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from curator.domain.policies.kind import Links, Outcome, Parameter, PolicyKind, ReadAnnotation
from curator.domain.policies.latest import newest
from curator.domain.policies.voting import MATCH, Rule, Verdict, elect, elect_links

MORE_THAN_HALF = "more-than-half"
LEFT_OUT, LATEST = "left-out", "latest"
_ROUNDING = 1e-9


def _fits_share(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return bool(value == MORE_THAN_HALF)
    return 0 < value <= 1


def _rule(annotations: Sequence[ReadAnnotation], parameters: Mapping[str, Any]) -> Rule:
    share = parameters["at_least"]
    last = newest(annotations) if parameters["ties"] == LATEST else None

    def rule(voters: Collection[int], electorate: int) -> Verdict:
        if share != MORE_THAN_HALF:
            return Verdict.IN if len(voters) >= share * electorate - _ROUNDING else Verdict.OUT
        if len(voters) * 2 == electorate:
            return Verdict.IN if last is not None and last.number in voters else Verdict.TIED
        return Verdict.IN if len(voters) * 2 > electorate else Verdict.OUT

    return rule


def _decide(annotations: Sequence[ReadAnnotation], parameters: Mapping[str, Any]) -> Outcome | None:
    return elect(annotations, _rule(annotations, parameters), overlap=parameters["match"] == "overlap")


def _links(annotations: Sequence[ReadAnnotation], parameters: Mapping[str, Any]) -> Links:
    return elect_links(annotations, _rule(annotations, parameters))


MAJORITY = PolicyKind(
    _decide,
    {
        "match": MATCH,
        "at_least": Parameter(MORE_THAN_HALF, _fits_share, f"{MORE_THAN_HALF}, or a share above 0 and up to 1"),
        "ties": Parameter(LEFT_OUT, (LEFT_OUT, LATEST).__contains__, f"{LEFT_OUT} or {LATEST}"),
    },
    _links,
)
