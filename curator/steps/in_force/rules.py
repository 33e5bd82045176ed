"""The rules by which decisions are made: those of the last export of the present, and before any, the first ones."""

from collections.abc import Mapping
from typing import Any

from curator.steps.ports.store import SequencedSettings

_NAME = "decision_rules"


def rules_in_force(settings: SequencedSettings, as_of: int | None = None) -> Mapping[str, Any] | None:
    """Return the rules in force, or in force at a sequence number, as they were put; None before the first ones.

    Under `policy` is the policy's name, under `parameters` its parameters, where it has any.
    """
    value: Mapping[str, Any] | None = settings.get(_NAME, as_of)
    return value


def rules_of_past(settings: SequencedSettings, as_of: int, rules: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the rules that hold for a past sequence number, the first ones where that is before them.

    Where there are none at all, these come into force, which makes them the first: the answer is the same ever after.
    """
    if settings.first(_NAME) is None:
        put_rules_in_force(settings, rules)
    value: Mapping[str, Any] = rules_in_force(settings, as_of) or settings.first(_NAME)
    return value


def put_rules_in_force(settings: SequencedSettings, rules: Mapping[str, Any]) -> None:
    """Let these rules be the ones from now on. Idempotent."""
    settings.put(_NAME, dict(rules))
