"""`curator deliveries`."""

import click

from curator.bootstrap.application import Application
from curator.cli.output import emit, json_option, report
from curator.domain.errors import CuratorError

_STATES = ("pending", "applied", "stale", "dead")


@click.group(invoke_without_command=True)
@click.pass_context
def deliveries(context: click.Context) -> None:
    """What the hook received; without a further word, the list."""
    if context.invoked_subcommand is None:
        context.invoke(list_deliveries, limit=20)


@deliveries.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Only those in this state.")
@click.option("--limit", metavar="N", type=click.IntRange(min=1), default=20, show_default=True, help="How many.")
@json_option
@click.pass_obj
def list_deliveries(application: Application, state: str | None, limit: int, as_json: bool) -> None:
    """List the last deliveries, newest first: state, and for dead letters the cause."""
    found = application.inbox.recent(limit, state)
    if as_json:
        emit(
            [
                {
                    "id": one.id,
                    "number": one.number,
                    "received_at": one.received_at,
                    "settled_at": one.settled_at,
                    "state": one.state,
                    "cause": one.cause,
                    "bytes": one.size,
                }
                for one in found
            ]
        )
        return
    for one in found:
        click.echo(f"{one.number:>6}  {one.received_at}  {one.state:<8} {one.id}  {one.cause}".rstrip())


@deliveries.command()
@click.argument("ids", nargs=-1, metavar="ID")
@json_option
@click.pass_obj
def replay(application: Application, ids: tuple[str, ...], as_json: bool) -> int:
    """Apply deliveries once more: the dead letters, or those that are named. Repeating it does no harm."""
    application.adopt_schema()
    waiting = application.inbox.replay(ids or None)
    if ids and not waiting:
        raise CuratorError("no such delivery", ", ".join(ids), "take the ids from `curator deliveries list`")
    done = application.receiver.drain()
    report({"replayed": waiting, **{state: done[state] for state in _STATES[1:]}}, as_json)
    return 3 if done["dead"] else 0
