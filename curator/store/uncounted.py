"""What of the store the counts have not taken in yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, select

from curator.domain.prediction import GIVEN
from curator.store.tables import CountedRow, CurrentRow, PredictionNumber, PredictionRow, ReadingRow, RevisionRow, Table


@dataclass(frozen=True, slots=True)
class Waiting:
    """The changes that are not counted yet; what was superseded or deleted meanwhile needs no counting but a look."""

    predictions: int
    annotations: int
    outdated: int
    looks: int

    @property
    def shown(self) -> int:
        """The predictions and current annotations among them."""
        return self.predictions + self.annotations + self.outdated

    @property
    def all(self) -> int:
        return self.shown + self.looks


def waiting_changes(connection: Connection, schema_hash: str) -> Waiting:
    """Return what is left to count: in a time that grows with what is left alone."""
    predictions, annotations, revisions, numbers, *outdated = (
        int(connection.scalar(select(func.count()).select_from(table).where(waits)) or 0)
        for table, waits in _waiting(connection, schema_hash)
    )
    return Waiting(predictions, annotations, sum(outdated), revisions - annotations + numbers)


def is_behind(connection: Connection, schema_hash: str) -> bool:
    """Say whether anything is left to count, which takes the same time whatever is left."""
    waiting = _waiting(connection, schema_hash)
    return any(connection.scalar(select(exists().select_from(table).where(waits))) for table, waits in waiting)


def _waiting(connection: Connection, schema_hash: str) -> Iterator[tuple[type[Table], ColumnElement[bool]]]:
    """Return the tables with what of them waits: predictions, annotations, revisions, numbers, outdated readings."""
    counted = counted_up_to(connection)
    yield PredictionRow, and_(PredictionRow.id > counted.prediction, PredictionRow.pipeline != GIVEN)
    yield CurrentRow, CurrentRow.revision > counted.revision
    yield RevisionRow, RevisionRow.number > counted.revision
    yield PredictionNumber, PredictionNumber.seq > counted.seq
    yield from ((ReadingRow, other) for other in outdated_readings(schema_hash))


def outdated_readings(schema_hash: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the two halves of `is not this hash`, each of which an index answers."""
    return ReadingRow.schema_hash < schema_hash, ReadingRow.schema_hash > schema_hash


def counted_up_to(connection: Connection) -> Any:
    """Return the last `revision`, `prediction` and `seq` of numbers that were taken in."""
    row = connection.execute(select(CountedRow.revision, CountedRow.prediction, CountedRow.seq)).first()
    return row or _Nothing()


@dataclass(frozen=True, slots=True)
class _Nothing:
    """Nothing was counted; what is read from now on is read with all that is known of numbers."""

    revision: int = 0
    prediction: int = 0
    seq: int = 1 << 62
