"""`curator deliveries replay`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, report, say


@click.command()
@click.argument("ids", nargs=-1, metavar="ID")
@json_option
@click.pass_obj
def replay(context: Context, ids: tuple[str, ...], as_json: bool) -> int:
    """Apply deliveries once more: the dead letters, or those that are named. Repeating it does no harm.

    Those that Label Studio fails on again are pending, and tried again by themselves.
    """
    from curator.bootstrap.receiving import replay as run

    waiting, settled = run(context, ids, say)
    states = ("applied", "stale", "dead", "pending")
    report({"replayed": waiting, **{state: settled[state] for state in states}}, as_json)
    return 3 if settled["dead"] or settled["pending"] else 0
