"""What the store and the workspace hold, item by item."""

from collections.abc import Iterator
from typing import Any

from curator.bootstrap.addresses import is_embedded, ml_backend_address, server_address, server_token, server_url
from curator.bootstrap.context import Context
from curator.bootstrap.reading import READ_ANNOTATION
from curator.bootstrap.schemas import configured_schema
from curator.bootstrap.stores import open_inbox, open_readings, open_store
from curator.steps.in_force.servers import known_server
from curator.steps.ports.deliveries import DeliveryFacts
from curator.steps.ports.stored_quarantine import QuarantinedRow
from curator.views.annotations import current_annotations
from curator.views.quarantine import QuarantineEntry, quarantine_items


def annotations(context: Context) -> Iterator[dict[str, Any]]:
    """Yield every current annotation as a JSON object."""
    with open_store(context) as store:
        yield from current_annotations(store, configured_schema(context), READ_ANNOTATION)


def quarantine(context: Context, document: str | None) -> list[QuarantineEntry]:
    """Return what is in quarantine now, item by item, of one document where it is given."""
    with open_store(context) as store:
        return quarantine_items(store, open_readings(store), document)


def quarantine_history(context: Context, document: str | None) -> list[QuarantinedRow]:
    """Return every item that was ever quarantined, oldest first, of one document where it is given."""
    with open_store(context) as store, store.reading() as transaction:
        return transaction.quarantine.history(document)


def deliveries(context: Context, limit: int, state: str | None) -> list[DeliveryFacts]:
    """Return the last deliveries, newest first, of one state if it is given."""
    with open_inbox(context) as inbox:
        return inbox.recent(limit, state)


def credentials(context: Context) -> dict[str, Any]:
    """Return where Label Studio and the ML backend are and what opens them, secrets included.

    Raises CuratorError where there is no workspace.
    """
    context.workspace.require()
    embedded = context.workspace.credentials() if is_embedded(context) else None
    with open_store(context) as store, store.reading() as transaction:
        name = known_server(transaction, server_address(context))
        project = None if name is None else transaction.tasks.project(name)
    backend = ml_backend_address(context)
    return {
        "url": server_url(context),
        "username": embedded.username if embedded else None,
        "password": embedded.password if embedded else None,
        "token": server_token(context),
        "project_id": project[0] if project else None,
        "ml_url": backend.url,
        "ml_username": backend.user,
        "ml_password": backend.password,
    }
