"""Decisions, dataset versions and models."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select

from curator.steps.ports.stored_decisions import StoredDecision
from curator.store.rows import insert_missing
from curator.store.tables import DecisionRow, ModelRow, VersionRow


class DecisionTable:
    """Implements the port `Decisions`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def find(self, document: str, input_key: str) -> StoredDecision | None:
        query = select(DecisionRow.result, DecisionRow.record).where(
            DecisionRow.document == document, DecisionRow.input_key == input_key
        )
        row = self._connection.execute(query).first()
        return None if row is None else StoredDecision(row.result, row.record)

    def add(self, document: str, input_key: str, policy: str, decider: str, decision: StoredDecision) -> None:
        row = {
            "seq": self._seq,
            "document": document,
            "input_key": input_key,
            "policy": policy,
            "decider": decider,
            "result": dict(decision.result),
            "record": decision.record,
        }
        insert_missing(self._connection, DecisionRow, [row])

    def add_version(self, dataset: str, number: int, digest: str, as_of: int) -> None:
        row = {"seq": self._seq, "dataset": dataset, "number": number, "digest": digest, "as_of": as_of}
        insert_missing(self._connection, VersionRow, [row])

    def add_model(self, name: str, dataset: str, version: int, path: str, scores: Mapping[str, Any]) -> None:
        row = {"name": name, "dataset": dataset, "version": version, "path": path, "scores": dict(scores)}
        self._connection.execute(insert(ModelRow).values(seq=self._seq, **row))

    def model_scores(self, name: str) -> dict[str, Any] | None:
        query = select(ModelRow.scores).where(ModelRow.name == name).order_by(ModelRow.id.desc()).limit(1)
        scores: dict[str, Any] | None = self._connection.scalar(query)
        return scores

    def counts(self) -> dict[str, Any]:
        count = self._connection.scalar
        return {
            "decisions": count(select(func.count(func.distinct(DecisionRow.document))).select_from(DecisionRow)),
            "versions": count(select(func.count()).select_from(VersionRow)),
            "models": count(select(func.count(func.distinct(ModelRow.name))).select_from(ModelRow)),
        }
