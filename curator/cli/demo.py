"""`curator demo`."""

from contextlib import closing
from pathlib import Path

import click

from curator.bootstrap.application import Application
from curator.bootstrap.workspace import Ports, Workspace, free_ports
from curator.cli.output import progress, say


@click.command()
@click.option(
    "--gold",
    type=click.Path(exists=True, path_type=Path),
    default="seeds/gold",
    show_default=True,
    help="Records that the simulated reviewer submits: a .jsonl file, or a folder of them.",
)
@click.pass_obj
def demo(application: Application, gold: Path) -> None:
    """Run the whole loop unattended: two rounds of review from gold, two versions, a model behind a gate.

    It takes a Label Studio and a workspace of its own, inside this one, and free ports; everything is stopped again.
    """
    from curator.bootstrap.demo import demo as run
    from curator.bootstrap.up import Front

    inner = Workspace(application.workspace.root / "demo")
    with closing(application.apart(inner)) as own:
        run(own, Ports(*free_ports(2)), gold, Front(say, progress))
