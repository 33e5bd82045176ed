"""`curator demo`."""

from pathlib import Path

import click

from curator.bootstrap.context import Context
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
def demo(context: Context, gold: Path) -> int:
    """Run the whole loop unattended: two rounds of review from gold, two versions, a model behind a gate.

    It takes a Label Studio and a workspace of its own, inside this one, and free ports; everything is stopped again.
    The exit code is 3 where the model is no better than the pipeline in force.
    """
    from curator.bootstrap.demo import apart
    from curator.bootstrap.demo import demo as run
    from curator.bootstrap.up import Front
    from curator.bootstrap.workspace import Ports, free_ports

    better = run(apart(context), Ports(*free_ports(2)), gold, Front(say, progress))
    return 3 if better is False else 0
