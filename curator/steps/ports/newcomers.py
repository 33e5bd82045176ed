"""What it takes to take in a text that arrives by another way than a file."""

from collections.abc import Callable
from dataclasses import dataclass

from curator.domain.split import SplitRule
from curator.steps.ports.documents import Language, Nearness


@dataclass(frozen=True, slots=True)
class Newcomers:
    """How texts are judged: their language, what is near, the rule of splits, and the bytes that one may have."""

    language: Language
    nearness: Nearness
    rule: SplitRule
    max_bytes: int


NewcomerRules = Callable[[], Newcomers]
"""Returns how texts are judged, once somebody wants to know."""
