"""What `status` counts: SQL as it is, since the tables' classes take longer to load than all of this to run."""

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, Row, text

from curator.store.engines import curator_errors
from curator.views.status import InQuarantine, Totals

_FOR_REVIEW = """
    current_annotation AS waiting WHERE for_review IS :yes AND task IS NULL AND NOT skipped AND NOT EXISTS (
        SELECT 1 FROM current_annotation AS answer
        WHERE answer.document = waiting.document AND answer.task IS NOT NULL AND answer.revision > waiting.revision
        AND NOT answer.for_review AND NOT answer.skipped
    )
"""
_COUNTS = {
    "documents": "document",
    "predictions": "prediction",
    "tasks": "task WHERE NOT gone",
    "annotations": "current_annotation WHERE NOT for_review",
    "revisions": "revision",
    "for_review": _FOR_REVIEW,
    "quarantined": "quarantined",
    "unreadable": "unreadable",
    "decisions": "(SELECT DISTINCT document FROM decision WHERE input_key NOT LIKE 'silver:%') AS decided",
    "versions": "version",
    "models": "model",
}
_HELD = {"tasks": "held_deletion WHERE \"key\" = ''", "annotations": "held_deletion WHERE \"key\" <> ''"}
_COUNTED = "coalesce((SELECT max({}) FROM counted), {})"
_UNREAD = {
    "predictions": f"prediction WHERE pipeline <> 'given' AND id > {_COUNTED.format('prediction', 0)}",
    "annotations": f"current_annotation WHERE revision > {_COUNTED.format('revision', 0)}",
    "before": "reading WHERE schema_hash < :schema",
    "after": "reading WHERE schema_hash > :schema",
}
_UNSEEN = {
    "revisions": f"revision WHERE number > {_COUNTED.format('revision', 0)}",
    "numbers": f"prediction_number WHERE seq > {_COUNTED.format('seq', 1 << 62)}",
}
_SCHEMA = "SELECT value FROM setting WHERE name = 'schema' ORDER BY id DESC LIMIT 1"
_MISFITS = """
    FROM misfit JOIN reading ON reading.revision = misfit.revision
    JOIN current_annotation AS current ON current.revision = misfit.revision
    WHERE reading.schema_hash = :schema
"""
_CAUSES = """
    SELECT CASE WHEN {place}(cause, ':') > 0 THEN substr(cause, 1, {place}(cause, ':') - 1) ELSE cause END AS named,
    count(*) AS total FROM unreadable GROUP BY 1
"""
_MISFIT_CAUSES = f"SELECT cause, count(DISTINCT misfit.revision) AS total {_MISFITS} GROUP BY cause"
_FIRST_UNREADABLE = 'SELECT source, task, "key", cause FROM unreadable ORDER BY source, task, "key" LIMIT :named'
_FIRST_MISFITS = f"""
    SELECT current.source, current.task, current."key", cause, current.document {_MISFITS}
    AND NOT EXISTS (SELECT 1 FROM misfit AS alike WHERE alike.revision = misfit.revision
                    AND alike.cause = misfit.cause AND alike.place < misfit.place)
    ORDER BY current.source, current.task, current.revision, misfit.place LIMIT :named
"""  # noqa: S608 - made of the lines above
_DOCUMENT = "SELECT document FROM task WHERE server = :server AND project = :project AND task = :task AND NOT gone"
_LABEL_STUDIO = "label-studio:"
_STATES = ("pending", "applied", "stale", "dead")


class SqlStatus:
    """Implements the port `StatusView`; without an inbox no delivery came yet."""

    def __init__(self, engine: Engine, inbox: Engine | None) -> None:
        self._engine = engine
        self._inbox = inbox

    def is_behind(self) -> bool:
        """Say whether the index of readings lacks a change."""
        with curator_errors(self._engine), self._engine.connect() as connection:
            schema = _schema_hash(connection)
            return bool(schema) and any(_counts(connection, {**_UNREAD, **_UNSEEN}, schema=schema).values())

    def totals(self, named: int) -> Totals:
        with curator_errors(self._engine), self._engine.connect() as connection:
            schema = _schema_hash(connection)
            unread = sum(_counts(connection, _UNREAD, schema=schema).values()) if schema else 0
            causes, entries = _causes(connection, schema), _first(connection, schema, named)
            return Totals(_counts(connection, _COUNTS), _counts(connection, _HELD), causes, entries, unread)

    def deliveries(self) -> Mapping[str, int]:
        counts = dict.fromkeys(_STATES, 0)
        if self._inbox is None:
            return counts
        with curator_errors(self._inbox), self._inbox.connect() as connection:
            rows = connection.execute(text("SELECT state, count(*) AS total FROM delivery GROUP BY state"))
            return counts | {row.state: row.total for row in rows}


def _counts(connection: Connection, tables: Mapping[str, str], **values: Any) -> dict[str, int]:
    # An index is used where a statement asks in the same words.
    yes = "1" if connection.dialect.name == "sqlite" else "true"
    counts = ", ".join(f"(SELECT count(*) FROM {table}) AS {name}" for name, table in tables.items())  # noqa: S608
    return dict(connection.execute(text(f"SELECT {counts}".replace(":yes", yes)), values).one()._mapping)


def _schema_hash(connection: Connection) -> str:
    """Return the hash of the schema in force, an empty text before the first: its value is kept in canonical form."""
    value = connection.scalar(text(_SCHEMA))
    return "" if value is None else hashlib.sha256(value.encode("ascii")).hexdigest()


def _causes(connection: Connection, schema: str) -> dict[str, int]:
    place = "instr" if connection.dialect.name == "sqlite" else "strpos"
    unreadable = connection.execute(text(_CAUSES.format(place=place)))
    causes: dict[str, int] = {}
    for rows in (unreadable, connection.execute(text(_MISFIT_CAUSES), {"schema": schema})):
        for cause, total in sorted(map(tuple, rows)):
            causes[cause] = causes.get(cause, 0) + total
    return causes


def _first(connection: Connection, schema: str, named: int) -> tuple[InQuarantine, ...]:
    entries = [_entry(connection, row) for row in connection.execute(text(_FIRST_UNREADABLE), {"named": named})]
    left = {"schema": schema, "named": named - len(entries)}
    for row in connection.execute(text(_FIRST_MISFITS), left):
        entries.append(InQuarantine(row.source, _place(row.source)[1], row.task, row.key, row.document, row.cause))
    return tuple(entries)


def _entry(connection: Connection, row: Row[Any]) -> InQuarantine:
    server, project = _place(row.source)
    held = {"server": server, "project": project, "task": row.task}
    document = None if project is None else connection.scalar(text(_DOCUMENT), held)
    return InQuarantine(row.source, project, row.task, row.key or None, document, row.cause)


def _place(source: str) -> tuple[str, int | None]:
    """Return the server and the project of a source of annotations, no project where it is not Label Studio's."""
    server, _, project = source.removeprefix(_LABEL_STUDIO).rpartition("/")
    return (server, int(project)) if source.startswith(_LABEL_STUDIO) and project.isdecimal() else ("", None)
