"""`curator labels list`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import emit, flat, json_option


@click.command("list")
@json_option
@click.pass_obj
def list_labels(context: Context, as_json: bool = False) -> None:
    """List the labels of every layer, with the spans that current annotations have of each and their former names."""
    from curator.bootstrap.labels import list_labels as run

    listed = run(context)
    if as_json:
        emit([label.value() for label in listed])
        return
    width = max((len(f"{label.layer}/{label.name}") for label in listed), default=0)
    for label in listed:
        formerly = f"  formerly {', '.join(label.formerly)}" if label.formerly else ""
        click.echo(flat(f"{f'{label.layer}/{label.name}':<{width}}  {label.spans} spans{formerly}"))
