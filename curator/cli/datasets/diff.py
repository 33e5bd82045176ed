"""`curator datasets diff`."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any

import click

from curator.bootstrap.context import Context
from curator.cli.datasets.diff_lines import change_lines, summary_lines
from curator.cli.output import json_option, say
from curator.domain.json_values import unbroken

if TYPE_CHECKING:
    from curator.bootstrap.diffs import OpenDiff
    from curator.steps.datasets.comparing.authors import AttributedDiff

_SHOWN = 20
_PAGE = 500
_IN_MEMORY = 1 << 22


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--patch", type=click.Path(dir_okay=False, path_type=Path), help="Write a patch that turns A into B.")
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page of every change in its text."
)
@click.option("--all", "everything", is_flag=True, help="Show every document that changed, not some.")
@json_option
@click.pass_obj
def diff(
    context: Context,
    *,
    before: str,
    after: str,
    patch: Path | None,
    html: Path | None,
    everything: bool,
    as_json: bool,
) -> None:
    """Show what changed from version A to version B (each NAME@N): documents, spans, relations, attributes, by whom."""
    from curator.bootstrap.diffs import open_diff

    with open_diff(context, before, after) as opened:
        for name in dict.fromkeys(opened.without_store):
            say(f"{name}: no store here knows it: it stands by its manifest alone, and who changed it when is not told")
        for name in dict.fromkeys(opened.fetched):
            say(f"{name} was fetched: who changed it when is not told")
        # Files first: whoever reads what is shown may have enough of it early.
        if patch is not None:
            opened.write_patch(patch)
            say(f"patch written to {patch}")
        if html is not None:
            opened.write_page(html, None if everything else _PAGE)
            say(f"page written to {html}")
        if as_json:
            _write_json(opened)
        else:
            _write_lines(opened, None if everything else _SHOWN)


def _write_lines(opened: "OpenDiff", limit: int | None) -> None:
    from curator.steps.datasets.comparing.diff_report import DiffSummary

    summary, documents = DiffSummary(), 0
    with _spool() as shown:
        for change in opened.changes():
            summary.add(change)
            documents += 1
            if limit is None or documents <= limit:
                shown.writelines(f"{line}\n".encode() for line in change_lines(change))
        for line in summary_lines(summary, str(opened.before.ref), str(opened.after.ref)):
            click.echo(line)
        shown.seek(0)
        for shown_line in shown:
            click.echo(shown_line, nl=False)
    if limit is not None and documents > limit:
        click.echo(f"… {documents - limit} more documents: --all shows them")


def _write_json(opened: "OpenDiff") -> None:
    """Write the diff as one JSON document; its lists lie on the disk meanwhile, however long they are."""
    from curator.steps.datasets.comparing.diff_report import BY_KIND, LISTS, DiffSummary

    summary = DiffSummary()
    lists = {part: kinds if part in BY_KIND else () for part, kinds in LISTS.items()}
    spools = {(part, kind): _spool() for part, kinds in lists.items() for kind in kinds or (None,)}
    try:
        for change in opened.changes():
            summary.add(change)
            _spread(change, spools)
        head = {side: _version(version) for side, version in (("from", opened.before), ("to", opened.after))}
        click.echo(_json(head)[:-1], nl=False)
        for part, kinds in lists.items():
            click.echo(f", {_json(part)}: ", nl=False)
            if not kinds:
                _copy(spools[part, None])
                continue
            for number, kind in enumerate(kinds):
                click.echo(f"{', ' if number else '{'}{_json(kind.value)}: ", nl=False)
                _copy(spools[part, kind])
            click.echo("}", nl=False)
        click.echo(f', "renamed": {_json(summary.value()["renamed"])}', nl=False)
        click.echo(f', "summary": {_json(summary.value())}}}')
    finally:
        for spool in spools.values():
            spool.close()


def _spread(change: "AttributedDiff", spools: dict[Any, IO[bytes]]) -> None:
    from curator.steps.datasets.comparing.diff_report import BY_KIND, diff_items

    for item in diff_items(change):
        spool = spools[item.part, item.kind if item.part in BY_KIND else None]
        spool.write(b", " if spool.tell() else b"")
        spool.write(_json(item.value()).encode("utf-8"))


def _copy(spool: IO[bytes]) -> None:
    spool.seek(0)
    click.echo("[", nl=False)
    for block in _blocks(spool):
        click.echo(block, nl=False)
    click.echo("]", nl=False)


def _blocks(spool: IO[bytes]) -> Iterator[bytes]:
    while block := spool.read(1 << 16):
        yield block


def _spool() -> IO[bytes]:
    return SpooledTemporaryFile(_IN_MEMORY)


def _version(version: Any) -> dict[str, Any]:
    return {"dataset": version.ref.name, "version": version.ref.number, "digest": version.manifest["digest"]}


def _json(value: object) -> str:
    return unbroken(json.dumps(value, ensure_ascii=False))


def conflict_lines(conflicts: Iterable[Any]) -> Iterator[str]:
    """Yield a line for each conflict of a merge."""
    from curator.domain.patch_values import part_value

    for conflict in conflicts:
        sides = " | ".join(_json(part_value(side)) for side in (conflict.left, conflict.right))
        yield f"conflict  {conflict.document or 'the whole'}  {conflict.why}: {sides}"
