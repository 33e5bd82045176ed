"""`curator deliveries replay`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, report, say


@click.command()
@click.argument("ids", nargs=-1, metavar="ID")
@json_option
@click.pass_obj
def replay(context: Context, ids: tuple[str, ...], as_json: bool) -> int:
    """Apply deliveries once more: the dead letters, or those that are named. Repeating it does no harm."""
    from curator.bootstrap.receiving import replay as run

    waiting, settled = run(context, ids, say)
    report({"replayed": waiting, **{state: settled[state] for state in ("applied", "stale", "dead")}}, as_json)
    return 3 if settled["dead"] else 0
