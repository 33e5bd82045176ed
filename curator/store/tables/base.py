"""What every table is made of, the store's sequence, and its sequenced settings."""

import json
from typing import Any

from sqlalchemy import BigInteger, MetaData, String, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from curator.domain.canonical import canonical_json


class Json(TypeDecorator[Any]):
    """A JSON value kept as canonical ASCII text: any string survives in any database, and equal values are equal."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return canonical_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Table(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Counter(Table):
    """Working state: the last sequence number given out; its row lock puts writers in order."""

    __tablename__ = "counter"
    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class Tick(Table):
    """The wall-clock time of each sequence number; never goes back."""

    __tablename__ = "tick"
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(32), index=True)


class Setting(Table):
    """What shapes an export beside the data (schema, rules, salt); the newest row of a name holds."""

    __tablename__ = "setting"
    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(64), index=True)
    value: Mapped[Any] = mapped_column(Json)
