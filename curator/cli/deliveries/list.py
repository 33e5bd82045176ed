"""`curator deliveries list`."""

import click

from curator.bootstrap.context import Context
from curator.cli.output import emit, flat, json_option
from curator.steps.ports.deliveries import DeliveryFacts

_STATES = ("pending", "applied", "stale", "dead")


@click.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Only those in this state.")
@click.option(
    "--limit", metavar="N", type=click.IntRange(1, 1_000_000), default=20, show_default=True, help="How many."
)
@json_option
@click.pass_obj
def list_deliveries(context: Context, state: str | None, limit: int, as_json: bool) -> None:
    """List the last deliveries, newest first: state, cause of a failure, failed attempts, time of the next."""
    from curator.bootstrap.reports import deliveries

    listed = deliveries(context, limit, state)
    if as_json:
        emit(
            [
                {
                    "id": delivery.id,
                    "number": delivery.number,
                    "received_at": delivery.received_at,
                    "settled_at": delivery.settled_at,
                    "state": delivery.state,
                    "cause": delivery.cause,
                    "bytes": delivery.size,
                    "attempts": delivery.attempts,
                    "next_attempt_at": delivery.next_attempt_at,
                    "sha256": delivery.sha256,
                }
                for delivery in listed
            ]
        )
        return
    for delivery in listed:
        line = f"{delivery.number:>6}  {delivery.received_at}  {delivery.state:<8} {delivery.id}  {delivery.cause}"
        click.echo(flat(f"{line.rstrip()}{_attempts(delivery)}"))


def _attempts(delivery: DeliveryFacts) -> str:
    if not delivery.attempts:
        return ""
    following = f", next at {delivery.next_attempt_at}" if delivery.next_attempt_at else ""
    return f" (failed {delivery.attempts} times{following})"
