"""`curator datasets convert`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, report

if TYPE_CHECKING:
    from curator.steps.ports.formats import Format


@click.command()
@click.argument("version", metavar="NAME@N")
@click.option("--to", "names", metavar="F,…", required=True, help="The formats, separated by commas.")
@json_option
@click.pass_obj
def convert(context: Context, version: str, names: str, as_json: bool) -> None:
    """Write a version in other formats, under formats/F/ in its folder, each with a ledger of what it does not hold."""
    from curator.bootstrap.formats import formats

    converted = run(context, version, formats(split_names(names)), quiet=as_json)
    if as_json:
        report({"version": version, "formats": converted}, as_json)


def split_names(names: str) -> list[str]:
    """Return the names of a list with commas. Raises UsageError where it has none."""
    split = [name.strip() for name in names.split(",") if name.strip()]
    if not split:
        raise click.UsageError("no format is named")
    return split


def run(context: Context, version: str, forms: "Sequence[Format]", *, quiet: bool) -> list[dict[str, Any]]:
    """Write a version, NAME@N, in formats, telling of each unless quiet; returns what was written."""
    from curator.bootstrap.formats import convert

    converted = []
    for item in convert(context, version, forms):
        converted.append({"format": item.format, "path": str(item.path), "losses": dict(item.losses)})
        if not quiet:
            counted = ", ".join(f"{reason} {count}" for reason, count in item.losses.items())
            click.echo(f"{item.format}: {item.path}{f'; left out, see LOSSES.json: {counted}' if counted else ''}")
    return converted
