"""The inbox's file: its table, and the steps that bring a file of an earlier curator up to it."""

from sqlalchemy import Connection, Index, LargeBinary, String, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from curator.domain.errors import CuratorError

# As the index on it has it: SQLite uses that only where a statement asks for the very same.
_KEPT = "size IS NULL AND state IN ('applied', 'stale')"


class InboxTable(DeclarativeBase):
    """The inbox's own tables, apart from the store's."""


class DeliveryRow(InboxTable):
    """A delivery; `size` and `sha256` are those of a body that was dropped, and empty while it is kept."""

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_kept", "settled_at", sqlite_where=text(_KEPT)),)
    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(String(36), unique=True)
    received_at: Mapped[str] = mapped_column(String(32))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(16), index=True, default="pending")
    cause: Mapped[str] = mapped_column(String(200), default="")
    settled_at: Mapped[str | None] = mapped_column(String(32))
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[str | None] = mapped_column(String(32))
    size: Mapped[int | None]
    sha256: Mapped[str | None] = mapped_column(String(64))


ARRIVAL = """
    INSERT INTO delivery (id, received_at, body, state, cause, attempts) VALUES (?, ?, ?, 'pending', '', 0)
"""
"""Adds a delivery by id, time and body; written out, as somebody waits for every moment that it takes."""
DROPPABLE = f"""
    SELECT number, body FROM delivery INDEXED BY ix_delivery_kept
    WHERE {_KEPT} AND settled_at <= ? ORDER BY settled_at LIMIT ?
"""  # noqa: S608 - nothing in it comes from outside
"""Finds bodies of deliveries that were applied up to a time, at most so many.

Left to itself, SQLite goes through all that were ever applied.
"""
SIZE = func.coalesce(DeliveryRow.size, func.length(DeliveryRow.body))
"""The bytes of a delivery's body, also of one that was dropped."""

# A file's user_version says how many of them it has. Steps are only ever added; the first also finds files that were
# made before there was a number.
_STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE IF NOT EXISTS delivery (
            number INTEGER NOT NULL PRIMARY KEY,
            id VARCHAR(36) NOT NULL,
            received_at VARCHAR(32) NOT NULL,
            body BLOB NOT NULL,
            state VARCHAR(16) NOT NULL,
            cause VARCHAR(200) NOT NULL,
            settled_at VARCHAR(32),
            UNIQUE (id)
        )""",
        "CREATE INDEX IF NOT EXISTS ix_delivery_state ON delivery (state)",
    ),
    (
        "ALTER TABLE delivery ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE delivery ADD COLUMN next_attempt_at VARCHAR(32)",
        "ALTER TABLE delivery ADD COLUMN size INTEGER",
        "ALTER TABLE delivery ADD COLUMN sha256 VARCHAR(64)",
        "CREATE INDEX ix_delivery_kept ON delivery (settled_at) WHERE size IS NULL",
    ),
    (
        "DROP INDEX ix_delivery_kept",
        f"CREATE INDEX ix_delivery_kept ON delivery (settled_at) WHERE {_KEPT}",
    ),
)


def is_up_to_date(connection: Connection) -> bool:
    """Say whether a file lacks no step. Raises CuratorError where it has steps that this code does not know."""
    return _steps_of(connection) == len(_STEPS)


def bring_up_to_date(connection: Connection) -> None:
    """Run the steps that a file lacks, in the writing transaction of the caller. Raises as `is_up_to_date` does."""
    for step in _STEPS[_steps_of(connection) :]:
        for statement in step:
            connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"PRAGMA user_version = {len(_STEPS)}")


def _steps_of(connection: Connection) -> int:
    steps = int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)
    if steps > len(_STEPS):
        where = str(connection.engine.url.database)
        remedy = "use that version; nothing was changed"
        raise CuratorError("the inbox was written by a newer version of curator", where, remedy)
    return steps
