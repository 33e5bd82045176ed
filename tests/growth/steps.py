"""The work that SQLite does inside: the instructions of its machine, which rows that nobody is handed cost as well."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, event

_EVERY = 10


@dataclass(slots=True)
class Steps:
    """How many instructions a database ran, to the next ten of each statement."""

    count: int = 0


@contextmanager
def counted_steps(engine: Engine) -> Iterator[Steps]:
    """Count the instructions that SQLite runs for an engine; connections made before are closed."""
    steps = Steps()

    def progress() -> int:
        steps.count += _EVERY
        return 0

    def connect(connection: object, _record: object) -> None:
        connection.set_progress_handler(progress, _EVERY)  # type: ignore[attr-defined]

    event.listen(engine, "connect", connect)
    engine.dispose()
    try:
        yield steps
    finally:
        event.remove(engine, "connect", connect)
        engine.dispose()
