"""Decisions, and what people decided themselves."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from curator.domain.canonical import digest
from curator.domain.loss import Loss
from curator.domain.span import Content, content_from_value, content_value
from curator.steps.ports.stored_decisions import PersonDecision, StoredDecision
from curator.store.rows import insert_missing
from curator.store.tables import DecisionRow, PersonDecisionRow


class DecisionTable:
    """Implements the port `Decisions`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def find(self, document: str, input_key: str) -> StoredDecision | None:
        query = select(DecisionRow.__table__).where(
            DecisionRow.document == document, DecisionRow.input_key == input_key
        )
        row = self._connection.execute(query).first()
        return None if row is None else _decision(row)

    def add(self, document: str, input_key: str, decision: StoredDecision) -> None:
        row = {
            "seq": self._seq,
            "document": document,
            "input_key": input_key,
            "policy": decision.policy,
            "policy_digest": policy_digest(decision.policy, decision.parameters),
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
            },
            "record": decision.record,
        }
        insert_missing(self._connection, DecisionRow, [row])

    def add_by_person(self, document: str, person: str, content: Content) -> None:
        row = {"document": document, "person": person, "content": content_value(content)}
        self._connection.execute(insert(PersonDecisionRow).values(seq=self._seq, **row))

    def by_person(self, document: str, as_of: int) -> PersonDecision | None:
        query = (
            select(PersonDecisionRow.__table__)
            .where(PersonDecisionRow.document == document, PersonDecisionRow.seq <= as_of)
            .order_by(PersonDecisionRow.id.desc())
            .limit(1)
        )
        row = self._connection.execute(query).first()
        if row is None:
            return None
        return PersonDecision(row.id, row.document, row.person, content_from_value(row.content))

    def decided_by_person(self, as_of: int) -> list[str]:
        query = select(PersonDecisionRow.document).distinct().where(PersonDecisionRow.seq <= as_of)
        return sorted(self._connection.scalars(query))

    def counts(self) -> dict[str, Any]:
        documents = select(func.count(func.distinct(DecisionRow.document))).select_from(DecisionRow)
        return {"decisions": self._connection.scalar(documents)}


def policy_digest(policy: str, parameters: Mapping[str, Any]) -> str:
    """Return what tells a policy with its parameters from every other."""
    return digest({"policy": policy, "parameters": dict(parameters)})


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
    )
