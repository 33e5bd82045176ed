"""A push with the configured pipeline, hook and server."""

from curator.bootstrap.application import Application
from curator.steps.ports import Progress
from curator.steps.publish import Published, publish


def push(application: Application, progress: Progress) -> Published:
    """Bring the Label Studio project up to date with the store."""
    return publish(
        application.store,
        application.server,
        application.schema,
        application.marker(),
        application.hook,
        progress,
    )
