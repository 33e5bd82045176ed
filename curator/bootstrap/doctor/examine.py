"""All checks of a set-up, causes before what hangs on them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

from curator.bootstrap.context import Context
from curator.bootstrap.doctor import hook, server, store
from curator.bootstrap.doctor.check import Check, until_failure
from curator.bootstrap.doctor.project import ProjectChecks
from curator.bootstrap.servers import open_server
from curator.bootstrap.stores import open_inbox, open_store


def examine(context: Context) -> Iterator[Check]:
    """Yield the checks, each as soon as it is made; what hangs on a failed one is left out."""
    stored = yield from until_failure(
        partial(store.labels, context),
        partial(store.database, context),
        partial(store.migrations, context),
        partial(store.labels_in_force, context),
    )
    if stored:
        yield store.in_quarantine(context)
        yield store.held_deletions(context)
    reached = yield from until_failure(partial(server.label_studio, context), partial(server.token, context))
    of_hook: list[Callable[[], Check]] = [partial(hook.answers, context)]
    if stored:
        # The secret is the store's, which a look must not make.
        of_hook.append(partial(hook.secret, context))
    with ExitStack() as opened:
        if stored and reached:
            opened_store = opened.enter_context(open_store(context))
            project = ProjectChecks(context, opened_store, opened.enter_context(open_server(context, opened_store)))
            if (
                yield from until_failure(project.project, project.interface, project.webhook, project.webhook_accepted)
            ):
                of_hook.append(project.ml_backends)
        yield from until_failure(*of_hook)
    with open_inbox(context) as inbox:
        yield from until_failure(partial(hook.deliveries, inbox), partial(hook.dead_letters, inbox))
