"""`curator up`."""

import glob
from pathlib import Path

import click

from curator.bootstrap.context import Context
from curator.cli.output import progress, say
from curator.domain.errors import CuratorError


@click.command()
@click.option("--port", metavar="PORT", type=click.IntRange(1, 65535), help="Port of Label Studio.")
@click.option("--hook-port", metavar="PORT", type=click.IntRange(1, 65535), help="Port of the hook.")
@click.option(
    "--corpus", metavar="PATH", multiple=True, help="Documents to begin with, instead of the configured ones."
)
@click.pass_obj
def up(context: Context, port: int | None, hook_port: int | None, corpus: tuple[str, ...]) -> None:
    """Start Label Studio and the hook, bring the corpus in pre-annotated, and stay until Ctrl-C.

    A second run resumes where the first one stopped.
    """
    from curator.bootstrap.up import Front
    from curator.bootstrap.up import up as run
    from curator.bootstrap.workspace import Ports

    for path in corpus:
        if not glob.has_magic(path) and not Path(path).exists():
            raise CuratorError("no such corpus", path, "check --corpus")
    settings = context.settings
    ports = Ports(port or settings.label_studio.port, hook_port or settings.hook.port)
    run(context, ports, corpus or settings.corpus, Front(say, progress))
