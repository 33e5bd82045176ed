"""Decisions, and what people decided themselves."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from curator.domain.canonical import digest
from curator.domain.loss import Loss
from curator.domain.policy import SILVER
from curator.domain.span import Content, content_from_value, content_value
from curator.steps.ports.stored_decisions import KeptDecision, PersonDecision, StoredDecision
from curator.store import standing
from curator.store.rows import chunks, insert_missing
from curator.store.tables import DecisionRow, PersonDecisionRow

_BATCH = 400


class DecisionTable:
    """Implements the port `Decisions`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def find(self, keys: Mapping[str, str]) -> dict[str, KeptDecision]:
        kept: dict[str, KeptDecision] = {}
        for chunk in chunks(keys, _BATCH):
            # By number in a second step: what was decided on other inputs has records too, which nobody asked for.
            known = select(DecisionRow.id, DecisionRow.document, DecisionRow.input_key)
            rows = self._connection.execute(known.where(DecisionRow.document.in_(chunk)))
            numbers = [row.id for row in rows if keys[row.document] == row.input_key]
            query = select(DecisionRow.__table__).where(DecisionRow.id.in_(numbers))
            for row in self._connection.execute(query) if numbers else ():
                kept[row.document] = KeptDecision(row.id, _decision(row))
        return kept

    def add(self, decisions: Mapping[str, tuple[str, StoredDecision]]) -> dict[str, KeptDecision]:
        rows = [self._row(document, key, decision) for document, (key, decision) in decisions.items()]
        insert_missing(self._connection, DecisionRow, rows)
        return self.find({document: key for document, (key, _) in decisions.items()})

    def _row(self, document: str, input_key: str, decision: StoredDecision) -> dict[str, Any]:
        return {
            "seq": self._seq,
            "document": document,
            "input_key": input_key,
            "policy": decision.policy,
            "policy_digest": policy_digest(decision.policy, decision.parameters, decision.filters),
            "decider": decision.decider,
            "person_decision": decision.person_decision,
            "revisions": len(decision.revisions),
            "last_revision": max(decision.revisions, default=0),
            "result": {
                "parameters": decision.parameters,
                "revisions": decision.revisions,
                "contributors": decision.contributors,
                "losses": [[loss.kind, loss.item, loss.reason] for loss in decision.losses],
                "counts": decision.counts,
                **({"filters": decision.filters} if decision.filters else {}),
            },
            "record": decision.record,
        }

    def record_digests(self, numbers: Iterable[int]) -> dict[str, bytes]:
        digests: dict[str, bytes] = {}
        for chunk in chunks(sorted(numbers), _BATCH):
            query = select(DecisionRow.document, DecisionRow.record).where(DecisionRow.id.in_(chunk))
            for row in self._connection.execute(query.where(DecisionRow.record.is_not(None))):
                digests[row.document] = hashlib.sha256(row.record).digest()
        return digests

    def add_by_person(self, document: str, person: str, content: Content) -> None:
        row = {"document": document, "person": person, "content": content_value(content)}
        self._connection.execute(insert(PersonDecisionRow).values(seq=self._seq, **row))
        standing.decided_by_person(self._connection, self._seq, document)

    def by_person(self, document: str, as_of: int) -> PersonDecision | None:
        return self.by_people([document], as_of).get(document)

    def by_people(self, documents: Iterable[str], as_of: int) -> dict[str, PersonDecision]:
        newest: dict[str, PersonDecision] = {}
        for chunk in chunks(documents, _BATCH):
            numbers = (
                select(func.max(PersonDecisionRow.id))
                .where(PersonDecisionRow.document.in_(chunk), PersonDecisionRow.seq <= as_of)
                .group_by(PersonDecisionRow.document)
            )
            query = select(PersonDecisionRow.__table__).where(PersonDecisionRow.id.in_(numbers))
            for row in self._connection.execute(query):
                content = content_from_value(row.content)
                newest[row.document] = PersonDecision(row.id, row.document, row.person, content)
        return newest

    def counts(self) -> dict[str, Any]:
        decided = ~DecisionRow.input_key.startswith(f"{SILVER}:")
        documents = select(func.count(func.distinct(DecisionRow.document))).where(decided)
        return {"decisions": self._connection.scalar(documents)}


_NO_FILTERS: Mapping[str, Any] = {}


def policy_digest(policy: str, parameters: Mapping[str, Any], filters: Mapping[str, Any] = _NO_FILTERS) -> str:
    """Return what tells a policy with its parameters from every other, and where filters shaped what it made, these."""
    value = {"policy": policy, "parameters": dict(parameters)}
    return digest({**value, "filters": dict(filters)} if filters else value)


def _decision(row: Row[Any]) -> StoredDecision:
    return StoredDecision(
        policy=row.policy,
        parameters=row.result["parameters"],
        decider=row.decider,
        revisions=tuple(row.result["revisions"]),
        contributors=tuple(row.result["contributors"]),
        losses=tuple(Loss(row.document, *loss) for loss in row.result["losses"]),
        counts=row.result["counts"],
        record=row.record,
        person_decision=row.person_decision,
        filters=row.result.get("filters", {}),
    )
