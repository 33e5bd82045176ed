"""`curator export`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, report, say
from curator.domain.annotation import instant


def _time(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return instant(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no ISO 8601 time, e.g. 2026-05-03T12:00:00Z") from None


@click.command()
@click.argument("name")
@click.option(
    "--as-of", metavar="TIME", callback=_time, help="Take the store as it was then (ISO 8601, UTC if no zone)."
)
@json_option
@click.pass_obj
def export(context: Context, name: str, as_of: str | None, as_json: bool) -> None:
    """Write what is curated as the next version of the dataset NAME, if anything changed."""
    from curator.bootstrap.datasets import export as run

    frozen = run(context, name, as_of, say)
    if as_json:
        report(
            {
                "dataset": frozen.dataset,
                "version": frozen.version,
                "path": str(frozen.path),
                "digest": frozen.digest,
                "unchanged": frozen.unchanged,
                "documents": frozen.manifest["counts"]["documents"],
                "losses": dict(frozen.losses),
            },
            as_json,
        )
        return
    if frozen.unchanged:
        click.echo(f"unchanged: v{frozen.version}")
        return
    counts = ", ".join(f"{file} {facts['records']}" for file, facts in frozen.manifest["files"].items())
    click.echo(f"{frozen.dataset} v{frozen.version}: {frozen.path} ({counts})")
    if frozen.losses:
        click.echo(f"left out, see LOSSES.json: {', '.join(f'{reason} {n}' for reason, n in frozen.losses.items())}")
