"""Trained models."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select

from curator.store.tables import ModelRow


class ModelTable:
    """Implements the port `Models`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def add(self, name: str, dataset: str, version: int, path: str, scores: Mapping[str, Any]) -> None:
        newest = select(ModelRow.path, ModelRow.scores).where(ModelRow.name == name).order_by(ModelRow.id.desc())
        known = self._connection.execute(newest.limit(1)).first()
        if known is not None and tuple(known) == (path, dict(scores)):
            return
        row = {"name": name, "dataset": dataset, "version": version, "path": path, "scores": dict(scores)}
        self._connection.execute(insert(ModelRow).values(seq=self._seq, **row))

    def scores(self, name: str) -> dict[str, Any] | None:
        query = select(ModelRow.scores).where(ModelRow.name == name).order_by(ModelRow.id.desc()).limit(1)
        scores: dict[str, Any] | None = self._connection.scalar(query)
        return scores

    def counts(self) -> dict[str, Any]:
        names = select(func.count(func.distinct(ModelRow.name))).select_from(ModelRow)
        return {"models": self._connection.scalar(names)}
