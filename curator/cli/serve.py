"""`curator serve`."""

import click

from curator.bootstrap.application import Application


@click.command()
@click.option("--host", metavar="HOST", help="Address to listen on.")
@click.option("--port", metavar="PORT", type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", metavar="N", type=click.IntRange(min=1), help="Worker processes.")
@click.pass_obj
def serve(application: Application, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the webhook, until stopped."""
    from curator.bootstrap.hook import serve as run

    hook = application.settings.hook
    run(application, host or hook.host, port or application.ports.hook, workers or hook.workers)
