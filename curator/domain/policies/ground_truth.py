"""The policy `ground-truth`: the newest of the annotations that are marked as ground truth, and nothing else."""

from collections.abc import Mapping, Sequence
from typing import Any

from curator.domain.policies.kind import Links, Outcome, PolicyKind, ReadAnnotation
from curator.domain.policies.latest import LATEST, links_of_newest


def _marked(annotations: Sequence[ReadAnnotation]) -> list[ReadAnnotation]:
    return [annotation for annotation in annotations if annotation.state.ground_truth]


def _decide(annotations: Sequence[ReadAnnotation], parameters: Mapping[str, Any]) -> Outcome | None:
    return LATEST.decide(_marked(annotations), {})


def _links(annotations: Sequence[ReadAnnotation], parameters: Mapping[str, Any]) -> Links:
    return links_of_newest(_marked(annotations), {})


GROUND_TRUTH = PolicyKind(_decide, links=_links)
