"""The way to Label Studio, closed with the block it is opened for."""

from collections.abc import Iterator
from contextlib import contextmanager

import stamina.instrumentation

from curator.bootstrap.addresses import server_address, server_token, server_url
from curator.bootstrap.context import Context
from curator.label_studio.client import LabelStudioServer
from curator.steps.desk.adopted import StoredAdoptions
from curator.steps.in_force.identity import marker
from curator.steps.in_force.servers import server_name
from curator.steps.ports.adopted import NOTHING_ADOPTED, AdoptedTasks
from curator.steps.ports.store import Store


@contextmanager
def open_server(context: Context, store: Store) -> Iterator[LabelStudioServer]:
    """Open the way to Label Studio, embedded or configured, under the name that the store has for it.

    Nothing is asked of it yet, unless its address is new to the store. Raises ServerUnreachable and ServerRefused then.
    """
    address = server_address(context)

    def holds_project() -> bool:
        with connect(context, address) as server:
            return server.find_project(marker(store)) is not None

    name = server_name(store, address, holds_project)
    with connect(context, name, StoredAdoptions(store, name)) as server:
        yield server


@contextmanager
def connect(context: Context, name: str, adopted: AdoptedTasks = NOTHING_ADOPTED) -> Iterator[LabelStudioServer]:
    """Open the way to Label Studio under a name; nothing is asked of it yet."""
    # What came of all tries is told in one line by whoever asked.
    stamina.instrumentation.set_on_retry_hooks([])
    configured = context.settings.label_studio
    server = LabelStudioServer(
        name,
        server_url(context),
        server_token(context),
        configured.timeout,
        configured.annotators_per_document,
        adopted,
    )
    try:
        yield server
    finally:
        server.close()
