"""Deliveries applied together: those that leave nothing to ask Label Studio share one transaction."""

from collections.abc import Mapping, Sequence

from curator.domain.errors import LeaseLost, StoreUnavailable
from curator.domain.event import AnnotationObserved, Event, ProjectChanged
from curator.steps.desk.accept import Acceptor
from curator.steps.desk.verdict import Verdict
from curator.steps.ports.deliveries import Delivery, DeliveryReader, DeliveryUnreadable
from curator.steps.ports.store import Transaction


class _NothingApplied(Exception):
    """A transaction is not worth a sequence number."""


def apply_together(
    acceptor: Acceptor, read_delivery: DeliveryReader, deliveries: Sequence[Delivery]
) -> dict[str, str] | None:
    """Apply deliveries, in order, with their receipts, up to the first that leaves something to ask or fails.

    Returns what came of those before it, by id in that order: `applied` or `stale`; all of it is in the store, or
    nothing. None where another holds the lease. Raises StoreUnavailable, and LeaseLost where the lease was held here.
    """
    readable = _readable(deliveries, read_delivery, acceptor.server.name)
    outcomes: dict[str, str] = {}
    if not readable:
        return outcomes
    if acceptor.lease.held:
        acceptor.lease.keep()
    try:
        with acceptor.lease.writing_once() as transaction:
            if transaction is None:
                return None
            _apply(acceptor, transaction, readable, outcomes)
    except _NothingApplied:
        pass
    except (StoreUnavailable, LeaseLost):
        raise
    except Exception:  # noqa: BLE001 - whatever it is will show again where that delivery is applied by itself
        # It takes none of the others with it.
        applied = len(outcomes)
        return apply_together(acceptor, read_delivery, deliveries[:applied]) if applied < len(readable) else {}
    return outcomes


def _readable(deliveries: Sequence[Delivery], read_delivery: DeliveryReader, server: str) -> dict[str, list[Event]]:
    """Return the events of deliveries, by id, up to the first that cannot be read or is of what asks anyway."""
    readable: dict[str, list[Event]] = {}
    for delivery in deliveries:
        try:
            events = read_delivery(delivery.body, server)
        except DeliveryUnreadable:
            break
        except Exception:  # noqa: BLE001 - a defect is named where that delivery is applied by itself
            break
        if not all(isinstance(event, AnnotationObserved | ProjectChanged) for event in events):
            break
        readable[delivery.id] = events
    return readable


def _apply(
    acceptor: Acceptor, transaction: Transaction, readable: Mapping[str, list[Event]], outcomes: dict[str, str]
) -> None:
    """Apply what is readable and add what came of each; raises _NothingApplied where no receipt is new."""
    receipts = transaction.receipts(readable)
    for delivery, events in readable.items():
        outcome = receipts.get(delivery) or _outcome(acceptor, transaction, events)
        if outcome is None:
            break
        outcomes[delivery] = outcome
    fresh = {delivery: outcome for delivery, outcome in outcomes.items() if delivery not in receipts}
    if not fresh:
        raise _NothingApplied
    transaction.add_receipts(fresh)


def _outcome(acceptor: Acceptor, transaction: Transaction, events: Sequence[Event]) -> str | None:
    """Take in the events of a delivery; None where one leaves something to ask: those before it are known then."""
    verdicts = set[Verdict]()
    for event in events:
        verdict: Verdict | None = None
        if isinstance(event, AnnotationObserved):
            verdict = acceptor.take_in(transaction, event.state, event.task, event.started_from)
        elif isinstance(event, ProjectChanged) and transaction.tasks.has_project(acceptor.server.name, event.project):
            verdict = Verdict.KNOWN
        if verdict is None:
            return None
        verdicts.add(verdict)
    return "stale" if verdicts == {Verdict.STALE} else "applied"
