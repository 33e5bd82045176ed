"""The way to Label Studio, closed with the block it is opened for."""

from collections.abc import Iterator
from contextlib import contextmanager

import stamina.instrumentation

from curator.bootstrap.addresses import server_name, server_token, server_url
from curator.bootstrap.context import Context
from curator.label_studio.client import LabelStudioServer


@contextmanager
def open_server(context: Context) -> Iterator[LabelStudioServer]:
    """Open the way to Label Studio, embedded or configured; nothing is asked of it yet."""
    # What came of all tries is told in one line by whoever asked.
    stamina.instrumentation.set_on_retry_hooks([])
    configured = context.settings.label_studio
    server = LabelStudioServer(
        server_name(context),
        server_url(context),
        server_token(context),
        configured.timeout,
        configured.annotators_per_document,
    )
    try:
        yield server
    finally:
        server.close()
