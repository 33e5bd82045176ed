"""What an export asks for beside what is configured: a policy, policies of labels, and filters."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from curator.domain.errors import CuratorError
from curator.domain.filters import EVERYTHING, Filters, unknown_labels
from curator.domain.policy import Policy
from curator.domain.schema import LabelSchema
from curator.steps.curation.decide import Rules


@dataclass(frozen=True, slots=True)
class Asked:
    """A policy in the place of the rules' own, policies of labels in the place of theirs, and filters.

    These are of one export: they never become the rules that are in force. `about` has what manifest and card are to
    say of `licence` and `citation`; it shapes nothing else.
    """

    policy: Policy | None = None
    of_labels: Mapping[str, Policy] = field(default_factory=dict)
    filters: Filters = EVERYTHING
    about: Mapping[str, str] = field(default_factory=dict)

    def rules(self, rules: Rules) -> Rules:
        """Return the rules of the export. Raises SettingsError where the policies do not go together."""
        policy = self.policy or rules.policy
        if self.of_labels:
            policy = policy.with_labels(self.of_labels)
        return replace(rules, policy=policy, filters=self.filters)


NOTHING = Asked()


def refuse_unknown(rules: Rules, schema: LabelSchema) -> None:
    """Raise CuratorError where rules name labels or layers that a schema does not have."""
    for unknown, what in (
        (rules.filters.unknown(schema), "filter names"),
        (unknown_labels(rules.policy.labels, schema), "policy names"),
    ):
        if unknown:
            known = ", ".join(label for labels in schema.labels_of.values() for label in sorted(labels))
            where = f"label schema {schema.name}"
            raise CuratorError(
                f"{what} what the label schema does not have: {', '.join(unknown)}", where, f"choose {known}"
            )
