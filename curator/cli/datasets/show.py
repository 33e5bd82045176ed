"""`curator datasets show`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from curator.bootstrap.context import Context
from curator.cli.output import emit, flat, json_option

if TYPE_CHECKING:
    from curator.steps.datasets.show import ShownVersion


@click.command()
@click.argument("version", metavar="NAME@N")
@json_option
@click.pass_context
def show(click_context: click.Context, version: str, as_json: bool) -> None:
    """Show a version: its records and labels, what it is from, and whether its folder is as it was written.

    The exit code is 3 where it is not.
    """
    from curator.bootstrap.diffs import show as run

    context: Context = click_context.obj
    shown = run(context, version)
    if as_json:
        emit(shown.value())
    else:
        for line in _lines(shown):
            click.echo(flat(line))
    if shown.differing:
        click_context.exit(3)


def _lines(shown: "ShownVersion") -> Iterator[str]:
    manifest = shown.manifest
    parent = manifest["parent"]
    yield f"{shown.ref}  {manifest['digest']}"
    yield f"  folder   {shown.path}"
    yield f"  parent   {'-' if parent is None else '@{version}  {digest}'.format(**parent)}"
    if shown.fetched_from:
        yield f"  fetched  {shown.fetched_from}"
    yield f"  tags     {', '.join(shown.tags) or '-'}"
    yield f"  records  {', '.join(f'{split} {count}' for split, count in shown.records.items())}"
    for layer, labels in manifest["counts"].get("spans", {}).items():
        yield f"  {layer}: {', '.join(f'{label} {count}' for label, count in labels.items())}"
    losses = "cannot be read" if shown.losses is None else ", ".join(f"{why} {n}" for why, n in shown.losses.items())
    yield f"  left out {losses or 'nothing'}"
    yield f"  rules    {_rules(manifest['rules'])}"
    yield f"  schema   {manifest['schema_hash']}"
    yield f"  made by  curator {manifest['code_version']}, record format {manifest['record_format']}"
    yield f"  formats  {', '.join(shown.formats) or '-'}"
    than = "it was written" if shown.against == "store" else "its own manifest says; no store here has its files"
    if shown.differing:
        yield f"  changed: {', '.join(map(str, shown.differing))}"
    else:
        yield f"  as {than}"


def _rules(rules: object) -> str:
    if not isinstance(rules, dict):
        return str(rules)
    return ", ".join(f"{name} {value}" for name, value in rules.get("decision", {}).items())
