"""The rules by which decisions are made: those of the last export of the present."""

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


def put_rules_in_force(settings: SequencedSettings, rules: Mapping[str, Any]) -> None:
    """Let these rules be the ones from now on. Idempotent."""
    settings.put(_NAME, dict(rules))
