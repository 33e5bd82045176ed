"""`curator tokens issue`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, report, say
from curator.cli.tokens.list import facts
from curator.domain.token import Scope


@click.command()
@click.argument("name")
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in Scope]),
    default=Scope.PAGES.value,
    show_default=True,
    help="What it opens: the dashboard, or the pull API under /api/v1 (datasets, versions, their files).",
)
@click.option(
    "--days",
    metavar="N",
    type=click.IntRange(1, 3660),
    default=90,
    show_default=True,
    help="How long it does.",
)
@json_option
@click.pass_obj
def issue(context: Context, name: str, scope: str, days: int, as_json: bool) -> None:
    """Make a token and show it, this once: for a browser's log-in, or as `Authorization: Bearer TOKEN`."""
    from curator.bootstrap.tokens import issue as run

    token, secret = run(context, name, Scope(scope), days)
    report({"token": secret, **facts(token)}, as_json)
    say("Keep it now: it is not shown again. `curator tokens revoke` takes it back.")
