"""Policies: by which rule the annotations of a document become one decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from curator.domain.canonical import canonical_json
from curator.domain.errors import SettingsError
from curator.domain.policies.kind import Outcome, PolicyKind, ReadAnnotation
from curator.domain.policies.latest import LATEST

PERSON = "person"
"""What stands for a policy where a person decided; no policy has this name."""

POLICIES: dict[str, PolicyKind] = {"latest": LATEST}
"""Every policy there is, by its name."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy by its name, with a value for every parameter; those not given have their default.

    Raises SettingsError for a name that no policy has, and for a parameter that it has not or that does not fit.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kind = POLICIES.get(self.name)
        if kind is None:
            raise SettingsError(f"no such policy: {self.name!r}", "", f"choose one of {', '.join(sorted(POLICIES))}")
        where = f"policy {self.name}"
        for name in self.parameters:
            if name not in kind.parameters:
                raise SettingsError(f"no such parameter: {name!r}", where, "leave it out")
        complete = {name: self.parameters.get(name, parameter.default) for name, parameter in kind.parameters.items()}
        for name, value in complete.items():
            parameter = kind.parameters[name]
            if not (_is_json(value) and parameter.fits(value)):
                raise SettingsError(f"parameter {name!r} is {value!r}", where, f"set it to {parameter.expected}")
        object.__setattr__(self, "parameters", complete)

    def decide(self, annotations: Sequence[ReadAnnotation]) -> Outcome | None:
        """Return the outcome for the submitted annotations of a document, ordered by identity; None for no decision."""
        return POLICIES[self.name].decide(annotations, self.parameters)

    def value(self) -> dict[str, Any]:
        """Return the policy as a JSON value, without `parameters` where it has none; `policy_from_value` reads it."""
        return {"policy": self.name, **({"parameters": dict(self.parameters)} if self.parameters else {})}


def policy_from_value(value: Mapping[str, Any]) -> Policy:
    """Return the policy that `Policy.value` wrote; other keys are left alone. Raises SettingsError as `Policy` does."""
    return Policy(value["policy"], value.get("parameters", {}))


def _is_json(value: Any) -> bool:
    try:
        canonical_json(value)
    except (TypeError, ValueError):
        return False
    return True
