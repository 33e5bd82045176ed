"""The rule by which documents fall into splits: chosen before the first of them, and kept ever after."""

from typing import Any

from curator.domain.canonical import canonical_json
from curator.domain.document import SPLITS
from curator.domain.errors import CuratorError
from curator.domain.split import SplitRule, split_rule_from_value
from curator.steps.ports.store import Transaction

_NAME = "split_rule"


def split_rule_value(transaction: Transaction, as_of: int | None = None) -> Any:
    """Return the rule in force, or in force at a sequence number, as one JSON value; None before there was any."""
    return transaction.settings.get(_NAME, as_of)


def refuse_other_split_rule(transaction: Transaction, rule: SplitRule) -> None:
    """Raise CuratorError, naming the rule in force, where documents have splits by another one already."""
    value = split_rule_value(transaction)
    if (
        value is None
        or canonical_json(value) == canonical_json(rule.value())
        or not transaction.documents.have_splits()
    ):
        return
    what = f"documents are split by another rule already ({split_rule_from_value(value, SPLITS)})"
    remedy = "set [split] to what is in force, or begin anew with another --workspace"
    raise CuratorError(what, f"configured is {rule}", remedy)


def put_split_rule(transaction: Transaction, rule: SplitRule) -> None:
    """Let this rule be in force. Idempotent; raises CuratorError as `refuse_other_split_rule` does."""
    refuse_other_split_rule(transaction, rule)
    transaction.settings.put(_NAME, rule.value())
