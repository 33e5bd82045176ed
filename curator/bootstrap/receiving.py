"""What annotators did, into the store: by delivery and by reconciliation."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

from curator.bootstrap.addresses import hook_address
from curator.bootstrap.context import Context
from curator.bootstrap.reading import READ_ANNOTATION
from curator.bootstrap.schemas import adopt_configured
from curator.bootstrap.servers import open_server
from curator.bootstrap.stores import open_inbox, open_store
from curator.domain.errors import CuratorError
from curator.domain.schema import LabelSchema
from curator.label_studio.payloads import read_delivery
from curator.steps.desk.accept import Acceptor
from curator.steps.desk.adopted import StoredAdoptions
from curator.steps.desk.deletions import DeletionGuard
from curator.steps.desk.receive import Receiver, applier_lease
from curator.steps.desk.reconcile import reconcile
from curator.steps.desk.report import ReconciliationReport
from curator.steps.desk.schedule import is_full_due
from curator.steps.ports.deliveries import DeliveryReader, Inbox
from curator.steps.ports.label_server import LabelServer
from curator.steps.ports.newcomers import Newcomers
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store

# So many at once that nobody who delivers waits for it.
_BODIES = 100


def deletion_guard(context: Context, *, accepted: bool = False) -> DeletionGuard:
    """Return how much may be deleted unasked, as it is configured."""
    settings = context.settings.sync
    window = timedelta(hours=settings.deletion_window)
    return DeletionGuard(settings.max_deletion_share, window=window, accepted=accepted)


def make_receiver(
    context: Context, inbox: Inbox, store: Store, server: LabelServer, schema: LabelSchema, guard: DeletionGuard
) -> Receiver:
    """Return what applies the deliveries of an inbox to a store."""
    acceptor = Acceptor(store, server, schema, READ_ANNOTATION, applier_lease(store), guard)
    return Receiver(inbox, store, acceptor, delivery_reader(store, server.name), lambda: newcomers(context))


def delivery_reader(store: Store, server: str) -> DeliveryReader:
    """Return what reads a server's deliveries, those of adopted projects as these are."""
    return partial(read_delivery, adopted=StoredAdoptions(store, server))


def newcomers(context: Context) -> Newcomers:
    """Return how texts are judged that arrive in adopted projects: as an ingest judges those of files."""
    # An applier, which imports this module as well, takes nothing in.
    from curator.bootstrap.intake import split_rule
    from curator.files.language import detect_language
    from curator.files.nearness import SketchNearness

    limit = context.settings.ingest.max_text_bytes
    return Newcomers(detect_language, SketchNearness(), split_rule(context), limit)


@contextmanager
def open_receiver(
    context: Context, say: Callable[[str], None], *, accept_deletions: bool = False
) -> Iterator[Receiver]:
    """Open all that receiving needs, closed with the block; a configured schema that waits for a push is reported."""
    with open_store(context) as store, open_inbox(context) as inbox:
        schema = adopt_configured(context, store, say)
        with open_server(context, store) as server:
            guard = deletion_guard(context, accepted=accept_deletions)
            yield make_receiver(context, inbox, store, server, schema, guard)


def sync(
    context: Context,
    full: bool | None,
    accept_deletions: bool,
    say: Callable[[str], None],
    progress: Progress,
    remove_doubled: bool = False,
) -> ReconciliationReport:
    """Make the store equal to what Label Studio says; many deletions are held unless they are accepted.

    All is read if `full`, and where that is None, if it was not for longer than configured.
    Surplus tasks of a document on which nobody worked are removed from Label Studio if `remove_doubled`.
    """
    with open_receiver(context, say, accept_deletions=accept_deletions) as receiver:
        while drop_old_bodies(context, receiver.inbox):
            pass
        if full is None:
            hours, server = context.settings.sync.full_every, receiver.acceptor.server.name
            full = is_full_due(receiver.store, server, hours, datetime.now(UTC))
        return reconcile(receiver, hook_address(context), full, progress, remove_doubled, newcomers(context))


def drop_old_bodies(context: Context, inbox: Inbox) -> bool:
    """Drop some bodies that are kept longer than configured; returns whether there may be more."""
    seconds = timedelta(days=context.settings.hook.keep_bodies_days).total_seconds()
    return inbox.drop_bodies(seconds, _BODIES) == _BODIES


def replay(context: Context, deliveries: Sequence[str], say: Callable[[str], None]) -> tuple[int, Counter[str]]:
    """Apply the named deliveries once more, all dead letters if none is named.

    Returns how many wait for it, and how many deliveries ended in each state. Raises CuratorError where none of the
    names is known.
    """
    with open_receiver(context, say) as receiver:
        waiting = receiver.inbox.replay(deliveries or None)
        if deliveries and not waiting:
            remedy = "take the ids from `curator deliveries list`"
            raise CuratorError("no such delivery", ", ".join(deliveries), remedy)
        return waiting, receiver.drain()
