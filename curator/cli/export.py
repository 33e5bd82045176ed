"""`curator export`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from curator.bootstrap.context import Context
from curator.cli.datasets.convert import run as convert
from curator.cli.datasets.convert import split_names
from curator.cli.export_options import asked_of, filtering_options, is_given, moment_option
from curator.cli.output import json_option, report, say
from curator.domain.document import SPLITS

if TYPE_CHECKING:
    from curator.steps.datasets.freeze import Frozen
    from curator.steps.ports.formats import Format


@click.command()
@click.argument("name", metavar="NAME[@N]")
@click.option(
    "--as-of",
    metavar="TIME",
    callback=moment_option,
    help="Take the store as it was then (ISO 8601, UTC if no zone), or at this sequence number (digits alone).",
)
@click.option("--formats", "formats", metavar="F,…", help="Write it in these formats too, as `datasets convert` does.")
@filtering_options
@json_option
@click.pass_obj
def export(
    context: Context, /, name: str, as_of: str | int | None, formats: str | None, as_json: bool, **filtering: Any
) -> None:
    """Write what is curated as the next version of the dataset NAME, if no version holds the same already.

    Policy and filters are of this export alone, and its manifest names them. The folder of that version is written
    again where it is missing, byte for byte; with NAME@N that of version N is, and nothing else is done.
    """
    if "@" in name:
        if as_of is not None:
            raise click.UsageError("NAME@N is a version that there is: --as-of makes no difference to it")
        if formats is not None:
            raise click.UsageError("NAME@N is a version that there is: `datasets convert` writes it in formats")
        if is_given(filtering):
            raise click.UsageError("NAME@N is a version that there is: policy and filters make no difference to it")
        _restore(context, name, as_json)
        return
    from curator.bootstrap.datasets import export as run

    forms = _formats(formats)
    frozen = run(context, name, as_of, say, *asked_of(filtering))
    for number in frozen.strangers:
        say(f"left alone: {frozen.path.with_name(f'v{number}')} is of no version of this store")
    if frozen.losses_now is not None:
        kept = f"LOSSES.json of v{frozen.version} stays as it was written"
        say(f"{kept}; what this export leaves out differs: {_counted(frozen.losses_now) or 'nothing'}")
    _tell(frozen, quiet=as_json)
    converted = convert(context, f"{frozen.dataset}@{frozen.version}", forms, quiet=as_json) if forms else []
    if as_json:
        report(
            {
                "dataset": frozen.dataset,
                "version": frozen.version,
                "sequence": frozen.sequence,
                "path": str(frozen.path),
                "digest": frozen.digest,
                "unchanged": frozen.unchanged,
                "restored": frozen.restored,
                "documents": frozen.manifest["counts"]["documents"],
                **({"silver": frozen.manifest["counts"]["silver"]["documents"]} if _has_silver(frozen) else {}),
                "losses": dict(frozen.losses),
                "losses_now": None if frozen.losses_now is None else dict(frozen.losses_now),
                "formats": converted,
            },
            as_json,
        )


def _formats(names: str | None) -> "Sequence[Format]":
    """Return the formats of a list with commas, before anything is written."""
    if names is None:
        return ()
    from curator.bootstrap.formats import formats

    return formats(split_names(names))


def _tell(frozen: "Frozen", *, quiet: bool) -> None:
    if quiet:
        return
    if frozen.unchanged:
        click.echo(f"unchanged: v{frozen.version}")
        if frozen.restored:
            click.echo(f"its folder was missing and is written again: {frozen.path}")
        return
    files = [*SPLITS, *(["silver"] if _has_silver(frozen) else [])]
    counts = ", ".join(f"{file} {frozen.manifest['files'][f'{file}.jsonl']['records']}" for file in files)
    click.echo(f"{frozen.dataset} v{frozen.version}: {frozen.path} ({counts})")
    if frozen.losses:
        click.echo(f"left out, see LOSSES.json: {_counted(frozen.losses)}")


def _has_silver(frozen: "Frozen") -> bool:
    return "silver" in frozen.manifest["counts"]


def _counted(losses: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in losses.items())


def _restore(context: Context, name: str, as_json: bool) -> None:
    from curator.bootstrap.datasets import restore

    restored = restore(context, name)
    version = restored.version
    if as_json:
        facts = {"dataset": version.dataset, "version": version.number, "path": str(restored.path)}
        report({**facts, "digest": version.digest, "unchanged": True, "restored": restored.restored}, as_json)
    else:
        state = "written again" if restored.restored else "as it was written"
        click.echo(f"{state}: {restored.path}")
