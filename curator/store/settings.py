"""Settings that shape exports, sequenced."""

from typing import Any

from sqlalchemy import Connection, insert, select

from curator.domain.canonical import canonical_json
from curator.store.tables import Setting


class SettingTable:
    """Implements the port `SequencedSettings`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def get(self, name: str, as_of: int | None = None) -> Any:
        newest = select(Setting.value).where(Setting.name == name).order_by(Setting.id.desc()).limit(1)
        if as_of is not None:
            newest = newest.where(Setting.seq <= as_of)
        return self._connection.scalar(newest)

    def first(self, name: str) -> Any:
        return self._connection.scalar(select(Setting.value).where(Setting.name == name).order_by(Setting.id).limit(1))

    def put(self, name: str, value: Any) -> None:
        if canonical_json(self.get(name)) != canonical_json(value):
            self._connection.execute(insert(Setting).values(seq=self._seq, name=name, value=value))
