"""What commands print: results on standard output, everything else on standard error."""

import json
import logging
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from curator.domain.json_values import unbroken
from curator.steps.ports.progress import Progress as Tell

_LINES = 20
"""How many lines tell of work that is piped."""
_log = logging.getLogger(__name__)

json_option = click.option("--json", "as_json", is_flag=True, help="Write one JSON document to standard output.")


def say(message: str) -> None:
    """Tell the user something that is not the result."""
    click.echo(message, err=True)


def flat(text: str) -> str:
    """Return a text on one line; what is no printing character, a terminal's escape for one, is left out."""
    return "".join(char if char.isprintable() else " " if char.isspace() else "" for char in text)


def emit(value: Any) -> None:
    """Write a JSON value to standard output, one line to any reader; escaped where UTF-8 cannot say what it holds."""
    line = unbroken(json.dumps(value, ensure_ascii=False))
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        line = json.dumps(value)
    click.echo(line)


def report(value: Mapping[str, Any], as_json: bool) -> None:
    """Write a command's result: as one JSON document, or as one aligned line per key."""
    if as_json:
        emit(value)
        return
    width = max(map(len, value), default=0)
    for key, shown in value.items():
        if isinstance(shown, Mapping):
            shown = ", ".join(f"{name} {count}" for name, count in shown.items()) or "-"
        click.echo(f"{key:<{width}}  {'-' if shown is None else shown}")


@contextmanager
def progress(title: str, *, piped: bool = False) -> Iterator[Tell]:
    """Show a progress bar while long work runs, on a terminal only; yields what to tell each step to.

    With `piped` it is told elsewhere too, in a line for each twentieth of the work. Beginning and end are logged, the
    end with the last step that was told and with the seconds it took.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(file=sys.stderr)
    columns = (SpinnerColumn(), TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=None)
        last, in_lines, lines = "", piped and not console.is_terminal, 0

        def tell(done: int, total: int | None) -> None:
            nonlocal last, lines
            last = f", {done}," if total is None else f", {done} of {total},"
            bar.update(task, completed=done, total=total)
            if in_lines and total and done * _LINES // total > lines:
                lines = done * _LINES // total
                say(f"{title}: {done} of {total}")

        _log.info("%s begins", title)
        began = time.monotonic()
        yield tell
        _log.info("%s done%s in %.1f s", title, last, time.monotonic() - began)
