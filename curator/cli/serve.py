"""`curator serve`."""

import click

from curator.bootstrap.context import Context


@click.command()
@click.option("--host", metavar="HOST", help="Address to listen on.")
@click.option("--port", metavar="PORT", type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--workers", metavar="N", type=click.IntRange(min=1), help="Worker processes.")
@click.pass_obj
def serve(context: Context, host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the webhook, until stopped."""
    from curator.bootstrap.addresses import listening_ports
    from curator.bootstrap.hook import serve as run

    hook = context.settings.hook
    run(context, host or hook.host, port or listening_ports(context).hook, workers or hook.workers)
