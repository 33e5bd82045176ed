"""The policy `union`: what any annotation holds, each thing once."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from curator.domain.policies.kind import Links, Outcome, PolicyKind, ReadAnnotation
from curator.domain.policies.voting import Verdict, elect, elect_links


def _by_any(voters: Collection[int], electorate: int) -> Verdict:
    return Verdict.IN


def _decide(annotations: Sequence[ReadAnnotation], parameters: Mapping[str, Any]) -> Outcome | None:
    return elect(annotations, _by_any)


def _links(annotations: Sequence[ReadAnnotation], parameters: Mapping[str, Any]) -> Links:
    return elect_links(annotations, _by_any)


UNION = PolicyKind(_decide, links=_links)
