"""`curator quarantine list`."""

import json
from collections.abc import Sequence

import click

from curator.bootstrap.context import Context
from curator.cli.output import emit, flat, json_option
from curator.steps.ports.stored_quarantine import QuarantinedRow
from curator.views.quarantine import QuarantineEntry

_SHORT = 100


@click.command("list")
@click.option("--document", metavar="ID", help="Only what is of this document.")
@click.option("--all", "past", is_flag=True, help="Every item ever quarantined, mended ones too, oldest first.")
@json_option
@click.pass_obj
def list_quarantine(context: Context, document: str | None = None, past: bool = False, as_json: bool = False) -> None:
    """List what is in quarantine now: what cannot be read, tasks that are left alone, and items that do not fit.

    Each with its document, cause and item, and what to do about it.
    """
    from curator.bootstrap.reports import quarantine, quarantine_history

    if past:
        _list_past(quarantine_history(context, document), as_json)
    else:
        _list(quarantine(context, document), as_json)


def _list(entries: Sequence[QuarantineEntry], as_json: bool) -> None:
    if as_json:
        emit([{**entry.value(), "item": entry.item, "remedy": entry.remedy} for entry in entries])
        return
    for entry in entries:
        item = "" if entry.item is None else f"  {_short(entry.item)}"
        click.echo(flat(f"{entry.name}, document {entry.document or '-'}: {entry.cause}{item}"))
        click.echo(flat(f"  mend it: {entry.remedy}, then `curator sync`"))


def _list_past(rows: Sequence[QuarantinedRow], as_json: bool) -> None:
    if as_json:
        keys = ("at", "origin", "document", "cause", "item")
        emit([{key: getattr(row, key) for key in keys} for row in rows])
        return
    for row in rows:
        click.echo(flat(f"{row.at}  {row.origin}, document {row.document or '-'}: {row.cause}  {_short(row.item)}"))


def _short(item: object) -> str:
    text = json.dumps(item, ensure_ascii=True)
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
