"""A push with the configured pipeline, hook and server."""

from curator.bootstrap.application import Application
from curator.steps.connect_backend import connect_backend
from curator.steps.ports import Progress
from curator.steps.publish import Published, publish


def push(application: Application, progress: Progress) -> Published:
    """Bring the Label Studio project up to date with the store, and connect it to the ML backend where configured."""
    server = application.server
    marker, hook = application.marker(), application.hook
    published = publish(application.store, server, application.schema, marker, hook, progress)
    if application.settings.ml.connect:
        done = connect_backend(server.ml_backends, server, published.project, application.ml_backend)
        published.ml_backend, published.ml_reason = done
    return published
