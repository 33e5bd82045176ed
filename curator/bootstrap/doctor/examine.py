"""All checks of a set-up, causes before what hangs on them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

from curator.bootstrap.addresses import server_address
from curator.bootstrap.context import Context
from curator.bootstrap.doctor import hook, server, store, tasks, versions
from curator.bootstrap.doctor.check import Check, until_failure
from curator.bootstrap.doctor.project import ProjectChecks
from curator.bootstrap.servers import connect
from curator.bootstrap.stores import open_inbox, open_store
from curator.steps.in_force.servers import known_server


def examine(context: Context) -> Iterator[Check]:
    """Yield the checks, each as soon as it is made; what hangs on a failed one is left out.

    Nothing is changed, neither here nor in Label Studio.
    """
    labels = yield from until_failure(partial(store.labels, context))
    if not (yield from until_failure(partial(store.workspace, context))):
        # What is left would make part of one.
        return
    stored = labels and (
        yield from until_failure(
            partial(store.database, context),
            partial(store.migrations, context),
            partial(store.labels_in_force, context),
        )
    )
    if stored:
        yield store.in_quarantine(context)
        yield store.held_deletions(context)
        yield tasks.texts(context)
        yield tasks.doubled(context)
        yield versions.versions(context)
    reached = yield from until_failure(partial(server.label_studio, context), partial(server.token, context))
    of_hook: list[Callable[[], Check]] = [partial(hook.answers, context)]
    if stored:
        # The secret is the store's, which a look must not make.
        of_hook.append(partial(hook.secret, context))
    with ExitStack() as opened:
        if stored and reached:
            opened_store = opened.enter_context(open_store(context))
            with opened_store.reading() as transaction:
                # A name that is new would be kept, and a look keeps nothing.
                name = known_server(transaction, server_address(context)) or server_address(context)
            project = ProjectChecks(context, opened_store, opened.enter_context(connect(context, name)))
            yield project.earlier()
            yield project.adopted()
            if project.is_own and (
                yield from until_failure(project.project, project.interface, project.webhook, project.webhook_accepted)
            ):
                of_hook.append(project.ml_backends)
        yield from until_failure(*of_hook)
    if not context.workspace.inbox.exists():
        yield Check("deliveries", True, "none came yet")
        return
    with open_inbox(context) as inbox:
        yield from until_failure(partial(hook.deliveries, inbox), partial(hook.dead_letters, inbox))
