"""Dataset versions."""

from typing import Any

from sqlalchemy import Connection, func, select

from curator.store.rows import insert_missing
from curator.store.tables import VersionRow


class VersionTable:
    """Implements the port `Versions`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def add(self, dataset: str, number: int, digest: str, as_of: int) -> None:
        row = {"seq": self._seq, "dataset": dataset, "number": number, "digest": digest, "as_of": as_of}
        insert_missing(self._connection, VersionRow, [row])

    def counts(self) -> dict[str, Any]:
        return {"versions": self._connection.scalar(select(func.count()).select_from(VersionRow))}
