"""The policy `intersection`: what all annotations hold."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from curator.domain.policies.kind import Links, Outcome, PolicyKind, ReadAnnotation
from curator.domain.policies.voting import MATCH, Verdict, elect, elect_links


def _by_all(voters: Collection[int], electorate: int) -> Verdict:
    return Verdict.IN if len(voters) == electorate else Verdict.OUT


def _decide(annotations: Sequence[ReadAnnotation], parameters: Mapping[str, Any]) -> Outcome | None:
    return elect(annotations, _by_all, overlap=parameters["match"] == "overlap")


def _links(annotations: Sequence[ReadAnnotation], parameters: Mapping[str, Any]) -> Links:
    return elect_links(annotations, _by_all)


INTERSECTION = PolicyKind(_decide, {"match": MATCH}, _links)
