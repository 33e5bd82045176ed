"""`curator datasets list`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import emit, flat, json_option


@click.command("list")
@json_option
@click.pass_obj
def list_datasets(context: Context, as_json: bool = False) -> None:
    """List the versions of all datasets: parent, records by split, digest, and where it was fetched from."""
    from curator.bootstrap.datasets import list_versions

    listed = list_versions(context)
    if as_json:
        emit(
            [
                {
                    "dataset": version.dataset,
                    "version": version.number,
                    "digest": version.digest,
                    "parent": version.parent,
                    "records": None if version.records is None else dict(version.records),
                    "fetched_from": version.fetched_from or None,
                }
                for version in listed
            ]
        )
        return
    for version in listed:
        parent = "" if version.parent is None else f"from @{version.parent}"
        records = version.records or {}
        counts = ", ".join(f"{split} {count}" for split, count in records.items()) or "not on this machine"
        source = f"  fetched from {version.fetched_from}" if version.fetched_from else ""
        click.echo(
            flat(f"{version.dataset}@{version.number:<4} {parent:<9} {counts:<32} {version.digest[:12]}{source}")
        )
