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

    What of the current annotations does not fit, or cannot be read, is named.
    """
    from curator.bootstrap.reports import status as run

    value = run(context)
    if not as_json:
        value["quarantine"] = "; ".join(map(_named, value["quarantine"])) or "-"
    report(value, as_json)


def _named(entry: Mapping[str, Any]) -> str:
    name = ", ".join(f"{key} {entry[key]}" for key in ("task", "annotation") if entry[key] is not None)
    return flat(f"{name or entry['source']} ({entry['cause']})")
