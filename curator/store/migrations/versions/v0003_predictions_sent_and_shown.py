"""What was sent to and shown in Label Studio, sequenced, and with it all that decisions and document states need."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BATCH = 400


def upgrade() -> None:
    _revisions()
    _annotators()
    _decisions()
    _predictions()
    _tasks()
    _shown()


def _revisions() -> None:
    kinds: dict[str, type[sa.types.TypeEngine[Any]]] = {
        "task": sa.BigInteger,
        "annotator": sa.Text,
        "updated_by": sa.Text,
        "parent_prediction": sa.BigInteger,
    }
    for name, kind in kinds.items():
        op.add_column("revision", sa.Column(name, kind(), nullable=True))
    table = _table("revision", "number", "value", *kinds)
    for rows in _batches(table.c.number, table.c.value):
        values = [(row.number, json.loads(row.value)) for row in rows]
        _set(table.c.number, [(number, {name: value.get(name) for name in kinds}) for number, value in values if value])


def _annotators() -> None:
    names = [row._asdict() for row in op.get_bind().execute(sa.text("select key, name from annotator order by key"))]
    op.drop_table("annotator")
    table = op.create_table(
        "annotator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotator")),
    )
    op.create_index(op.f("ix_annotator_key"), "annotator", ["key"], unique=False)
    # When they were learnt is not known: they hold for all of the past.
    op.bulk_insert(table, [{"seq": 0, **name} for name in names])


def _decisions() -> None:
    kinds: dict[str, sa.types.TypeEngine[Any]] = {
        "policy_digest": sa.String(length=64),
        "revisions": sa.Integer(),
        "last_revision": sa.Integer(),
    }
    for name, kind in kinds.items():
        op.add_column("decision", sa.Column(name, kind, nullable=True))
    table = _table("decision", "id", "policy", "result", *kinds)
    for rows in _batches(table.c.id, table.c.policy, table.c.result):
        _set(table.c.id, [(row.id, _decision(row)) for row in rows])
    with op.batch_alter_table("decision") as batch:
        for name, kind in kinds.items():
            batch.alter_column(name, existing_type=kind, nullable=False)


def _decision(row: Any) -> dict[str, Any]:
    result = json.loads(row.result)
    policy = {"policy": row.policy, "parameters": result["parameters"]}
    text = json.dumps(policy, sort_keys=True, separators=(",", ":"))
    return {
        "policy_digest": hashlib.sha256(text.encode("ascii")).hexdigest(),
        "revisions": len(result["revisions"]),
        "last_revision": max(result["revisions"], default=0),
    }


def _predictions() -> None:
    # Other tables refer to this one, so SQLite must not make it anew.
    op.execute("alter table prediction rename column score to expected_corrections")
    op.execute("update prediction set expected_corrections = abs(expected_corrections)")


def _tasks() -> None:
    op.add_column("task", sa.Column("since", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("task") as batch:
        batch.alter_column("since", existing_type=sa.BigInteger(), existing_nullable=False, server_default=None)
    op.add_column("sent_prediction", sa.Column("seq", sa.BigInteger(), nullable=True))
    op.execute(
        "update sent_prediction set seq = (select seq from prediction where prediction.id = sent_prediction.prediction)"
    )
    with op.batch_alter_table("sent_prediction") as batch:
        batch.alter_column("seq", existing_type=sa.BigInteger(), nullable=False)
        batch.drop_constraint("pk_sent_prediction", type_="primary")
        batch.create_primary_key("pk_sent_prediction", ["server", "project", "task", "prediction", "seq"])


def _shown() -> None:
    op.create_table(
        "shown",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("project", sa.BigInteger(), nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shown")),
    )
    op.create_index("ix_shown_project", "shown", ["server", "project"], unique=False)
    op.create_table(
        "prediction_number",
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("project", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("task", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pipeline", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("server", "project", "task", "number", "seq", name=op.f("pk_prediction_number")),
    )
    # Where a project only ever had one pipeline's predictions, these were shown; of several, nobody knows which.
    op.execute(
        "insert into shown (seq, server, project, pipeline) "
        "select min(sent_prediction.seq), server, project, min(pipeline || '@' || digest) "
        "from sent_prediction join prediction on prediction.id = sent_prediction.prediction where pipeline <> 'given' "
        "group by server, project having count(distinct pipeline || '@' || digest) = 1 "
        "order by min(sent_prediction.seq)"
    )


def _table(name: str, *columns: str) -> Any:
    fields: list[sa.ColumnClause[Any]] = [sa.column(column) for column in columns]
    return sa.table(name, *fields)


def _set(key: Any, rows: list[tuple[int, dict[str, Any]]]) -> None:
    """Give rows, named by their key, new values, the same columns in each."""
    if rows:
        new: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in rows[0][1]}
        statement = sa.update(key.table).where(key == sa.bindparam("row_key")).values(new)
        values = [
            {"row_key": number, **{f"new_{name}": value for name, value in values.items()}} for number, values in rows
        ]
        op.get_bind().execute(statement, values)


def _batches(key: Any, *columns: Any) -> Iterator[Any]:
    """Yield the rows of a table, so many at a time, by their key."""
    last = 0
    query = sa.select(key, *columns).order_by(key).limit(_BATCH)
    while rows := op.get_bind().execute(query.where(key > last)).all():
        last = getattr(rows[-1], key.name)
        yield rows
