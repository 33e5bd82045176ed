"""Checks of the tasks in Label Studio, as far as pushes and reconciliations have seen: nothing is asked of it."""

from curator.bootstrap.addresses import server_address
from curator.bootstrap.context import Context
from curator.bootstrap.doctor.check import SYNC, Check
from curator.bootstrap.stores import open_store
from curator.steps.desk.doubles import doubled_documents
from curator.steps.desk.foreign import is_foreign, remedy_for
from curator.steps.desk.report import DOUBLED_REMEDY
from curator.steps.in_force.servers import known_server

_NAMED = 5


def texts(context: Context) -> Check:
    """Check that every task has the text of a document of ours, as far as anybody annotated it."""
    name = "texts of tasks"
    with open_store(context) as store, store.reading() as transaction:
        causes = transaction.quarantine.causes("")
        foreign = {cause: count for cause, count in causes.items() if is_foreign(cause)}
        entries = transaction.quarantine.unreadable(causes=foreign, limit=_NAMED)
    if not entries:
        return Check(name, True, "those of the documents")
    remedies = dict.fromkeys(remedy_for(cause) for cause in foreign)
    detail = _listed([f"{entry.name} ({entry.cause})" for entry in entries], sum(foreign.values()))
    return Check(name, False, detail, _then_sync(remedies))


def doubled(context: Context) -> Check:
    """Check that no document has several tasks."""
    name = "doubled tasks"
    with open_store(context) as store:
        with store.reading() as transaction:
            server = known_server(transaction, server_address(context))
        doubles = [] if server is None else doubled_documents(store, server)
    if not doubles:
        return Check(name, True, "none")
    remedy = f"{DOUBLED_REMEDY} (where people worked on several, delete in Label Studio those that shall not count)"
    return Check(name, False, _listed(list(map(str, doubles)), len(doubles)), remedy)


def _listed(named: list[str], total: int) -> str:
    more = f" and {total - _NAMED} more" if total > _NAMED else ""
    return "; ".join(named[:_NAMED]) + more


def _then_sync(remedies: dict[str, None]) -> str:
    return f"{'; '.join(remedies)}; then `{SYNC}`"
