"""`curator status`."""

from collections.abc import Mapping
from typing import Any

import click

from curator.bootstrap.context import Context
from curator.cli.output import flat, json_option, report


@click.command()
@json_option
@click.pass_obj
def status(context: Context, as_json: bool) -> None:
    """Count documents, tasks, predictions, annotations, decisions, deliveries by state, versions and models.

    What of the current annotations does not fit, or cannot be read, is counted by cause, and the first of it is named.
    """
    from curator.bootstrap.status import status as run

    value = run(context)
    if not as_json:
        named = [_named(entry) for entry in value["quarantine"]]
        more = sum(value["in_quarantine"].values()) - len(named)
        value["quarantine"] = "; ".join(named) + (f" and {more} more, see `curator quarantine`" if more else "") or "-"
    report(value, as_json)


def _named(entry: Mapping[str, Any]) -> str:
    name = ", ".join(f"{key} {entry[key]}" for key in ("task", "annotation") if entry[key] is not None)
    return flat(f"{name or entry['source']} ({entry['cause']})")
