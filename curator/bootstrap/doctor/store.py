"""Checks of the label schema, the workspace and the database."""

from curator.bootstrap.context import Context
from curator.bootstrap.databases import is_own_file
from curator.bootstrap.doctor.check import ACCEPT, INIT, PUSH, SYNC, UPGRADE, Check
from curator.bootstrap.schemas import configured_schema
from curator.bootstrap.stores import open_readings, open_store, open_store_as_is
from curator.domain.errors import CuratorError
from curator.steps.in_force.schema import schema_in_force, vanished
from curator.store.migrate import pending_migrations
from curator.views.quarantine import quarantine_summary

_NAMED = 5


def labels(context: Context) -> Check:
    """Check that the label schema can be read."""
    name = "label schema"
    try:
        schema = configured_schema(context)
    except CuratorError as error:
        return Check(name, False, f"{error.what} ({error.where})", error.remedy)
    count = sum(len(layer.labels) for layer in schema.layers)
    return Check(name, True, f"{context.settings.label_schema}: {count} labels in {len(schema.layers)} layers")


def workspace(context: Context) -> Check:
    """Check that the workspace is there."""
    name = "workspace"
    try:
        context.workspace.require()
    except CuratorError as error:
        return Check(name, False, f"{error.what} ({error.where})", f"check --workspace, or `{INIT}`")
    return Check(name, True, str(context.workspace.root))


def database(context: Context) -> Check:
    """Check that the store's database is there."""
    name = "database"
    if is_own_file(context) and not context.workspace.store.exists():
        return Check(name, False, f"no store at {context.workspace.store}", UPGRADE)
    try:
        with open_store_as_is(context) as store, store.engine.connect():
            return Check(name, True, store.engine.url.render_as_string(hide_password=True))
    except Exception as error:  # noqa: BLE001 - whatever keeps a database away is what is to be told
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return Check(name, False, reason, "start the database server, or correct CURATOR_DATABASE__URL")


def migrations(context: Context) -> Check:
    """Check that the database has the tables this version knows."""
    name = "migrations"
    try:
        with open_store_as_is(context) as store:
            waiting = pending_migrations(store.engine)
    except CuratorError as error:
        return Check(name, False, error.what, error.remedy)
    if waiting:
        return Check(name, False, f"{len(waiting)} not run: {', '.join(waiting)}", UPGRADE)
    return Check(name, True, "up to date")


def labels_in_force(context: Context) -> Check:
    """Check that the label schema is the one in force, or may become it."""
    name = "labels in force"
    schema = configured_schema(context)
    with open_store(context) as store, store.reading() as transaction:
        in_force = schema_in_force(transaction.settings)
    if in_force is None or schema.hash == in_force.hash:
        return Check(name, True, "as in the file")
    gone = vanished(in_force, schema)
    if gone:
        remedy = f"put it back into {context.settings.label_schema}"
        return Check(name, False, f"the file no longer has {', '.join(gone)}", remedy)
    return Check(name, False, "the file has changed since it was last used", PUSH)


def held_deletions(context: Context) -> Check:
    """Check that no deletion waits to be accepted."""
    name = "held deletions"
    with open_store(context) as store, store.reading() as transaction:
        held = transaction.deletions.held_count()
    if held.since is None:
        return Check(name, True, "none")
    gone = f"{held.tasks} tasks and {held.annotations} annotations are gone from Label Studio"
    remedy = f"`{ACCEPT}` if that is meant; else bring them back in Label Studio, then `{SYNC} --full`"
    return Check(name, False, f"{gone}, the first since {held.since}", remedy)


def in_quarantine(context: Context) -> Check:
    """Check that every current annotation can be read and fits the labels in force."""
    name = "quarantine"
    with open_store(context) as store:
        readings = open_readings(store)
        readings.catch_up()
        summary = quarantine_summary(store, readings, _NAMED, foreign=False)
    if not summary.total:
        return Check(name, True, "empty")
    named = [f"{entry.name} ({entry.cause})" for entry in summary.first]
    more = f" and {summary.total - len(named)} more, see `curator quarantine`" if summary.total > len(named) else ""
    remedy = f"correct or delete these annotations in Label Studio, then `{SYNC}`; all others are taken in"
    return Check(name, False, "; ".join(named) + more, remedy)
