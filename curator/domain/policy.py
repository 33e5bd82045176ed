"""Policies: by which rule the annotations of a document become one decision."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from curator.domain.canonical import canonical_json
from curator.domain.errors import SettingsError
from curator.domain.policies.adjudicated import ADJUDICATED
from curator.domain.policies.combined import Applied, decide_combined
from curator.domain.policies.ground_truth import GROUND_TRUTH
from curator.domain.policies.intersection import INTERSECTION
from curator.domain.policies.kind import Outcome, PolicyKind, ReadAnnotation
from curator.domain.policies.latest import LATEST
from curator.domain.policies.majority import MAJORITY
from curator.domain.policies.union import UNION

PERSON = "person"
"""What stands for a policy where a person decided; no policy has this name."""

SILVER = "silver"
"""What stands for a policy where nobody decided, and a prediction stands alone."""

EACH = "all-annotations"
"""What stands for a policy where nothing is decided, and every annotation has a record of its own."""

POLICIES: dict[str, PolicyKind] = {
    "latest": LATEST,
    "ground-truth": GROUND_TRUTH,
    "majority": MAJORITY,
    "intersection": INTERSECTION,
    "union": UNION,
    "adjudicated": ADJUDICATED,
}
"""Every policy there is, by its name."""

OF_LABELS = "policy_of"
"""The parameter that every policy may have beside its own: labels, LABEL or LAYER:LABEL, with policies of theirs."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy by its name, with a value for every parameter; those not given have their default.

    Under `policy_of` the parameters may give labels policies of their own, as JSON values. Raises SettingsError for a
    name that no policy has, and for a parameter that it has not or that does not fit.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kind = POLICIES.get(self.name)
        if kind is None:
            raise SettingsError(f"no such policy: {self.name!r}", "", f"choose one of {', '.join(sorted(POLICIES))}")
        where = f"policy {self.name}"
        of_labels = self._complete_of_labels(kind)
        for name in self.parameters:
            if name not in kind.parameters and name != OF_LABELS:
                raise SettingsError(f"no such parameter: {name!r}", where, "leave it out")
        complete = {name: self.parameters.get(name, parameter.default) for name, parameter in kind.parameters.items()}
        for name, value in complete.items():
            parameter = kind.parameters[name]
            if not (_is_json(value) and parameter.fits(value)):
                raise SettingsError(f"parameter {name!r} is {value!r}", where, f"set it to {parameter.expected}")
        object.__setattr__(self, "parameters", {**complete, **({OF_LABELS: of_labels} if of_labels else {})})

    def _complete_of_labels(self, kind: PolicyKind) -> dict[str, Any]:
        """Return the policies of labels with every parameter, by label; they may have none of other labels again."""
        given = self.parameters.get(OF_LABELS) or {}
        policies = {label: policy_from_value(given[label]) for label in sorted(given)}
        for name, of_label in (
            (self.name, kind),
            *((policy.name, POLICIES[policy.name]) for policy in policies.values()),
        ):
            if policies and of_label.links is None:
                raise SettingsError(
                    f"policy {name!r} decides whole documents", "", "take it without policies of labels"
                )
        if any(OF_LABELS in policy.parameters for policy in policies.values()):
            raise SettingsError("a policy of a label has policies of labels", "", "give each label one policy")
        return {label: policy.value() for label, policy in policies.items()}

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that have policies of their own, LABEL or LAYER:LABEL."""
        return tuple(self.parameters.get(OF_LABELS, ()))

    @property
    def undecided(self) -> str:
        """The reason why a document is left out of which it decides nothing."""
        return POLICIES[self.name].undecided

    def with_labels(self, policies: Mapping[str, "Policy"]) -> "Policy":
        """Return the policy with policies of labels in the place of those that it has; raises as `Policy` does."""
        own = {name: value for name, value in self.parameters.items() if name != OF_LABELS}
        of_labels = {label: policy.value() for label, policy in policies.items()}
        return Policy(self.name, {**own, **({OF_LABELS: of_labels} if of_labels else {})})

    def decide(self, annotations: Sequence[ReadAnnotation]) -> Outcome | None:
        """Return the outcome for the submitted annotations of a document, ordered by identity; None for no decision."""
        if not self.labels:
            return POLICIES[self.name].decide(annotations, self.parameters)
        of_labels = {label: _applied(policy_from_value(self.parameters[OF_LABELS][label])) for label in self.labels}
        return decide_combined(annotations, _applied(self), of_labels)

    def value(self) -> dict[str, Any]:
        """Return the policy as a JSON value, without `parameters` where it has none; `policy_from_value` reads it."""
        return {"policy": self.name, **({"parameters": dict(self.parameters)} if self.parameters else {})}


def policy_from_value(value: Mapping[str, Any]) -> Policy:
    """Return the policy that `Policy.value` wrote; other keys are left alone. Raises SettingsError as `Policy` does."""
    return Policy(value["policy"], value.get("parameters", {}))


def policy_from_text(text: str) -> Policy:
    """Return the policy that NAME or NAME:PARAMETER=VALUE,… names. Raises SettingsError as `Policy` does."""
    name, colon, given = text.strip().partition(":")
    if colon and not given.strip():
        raise SettingsError(f"no parameter after the colon: {text!r}", "", "write NAME:PARAMETER=VALUE, or NAME alone")
    return Policy(name, dict(_parameters(given)) if colon else {})


def _parameters(text: str) -> Iterator[tuple[str, Any]]:
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not name:
            raise SettingsError(f"no parameter of a policy: {part!r}", "", "write PARAMETER=VALUE")
        try:
            yield name, json.loads(value)
        except ValueError:
            yield name, value


def _applied(policy: Policy) -> Applied:
    return Applied(policy.name, POLICIES[policy.name], policy.parameters)


def _is_json(value: Any) -> bool:
    try:
        canonical_json(value)
    except (TypeError, ValueError):
        return False
    return True
