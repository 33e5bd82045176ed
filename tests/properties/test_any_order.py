"""Whatever becomes of the deliveries, one reconciliation makes the store equal to Label Studio."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from sqlalchemy import text

from curator.domain.annotation import TaskRef
from curator.steps.desk.foreign import is_foreign
from curator.steps.desk.verdict import is_intact
from tests.fakes.world import World
from tests.properties.acts import TEXTS, Life, Step, steps

# Shrinking a whole life takes longer than reading it.
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


def several(examples: int) -> settings:
    wanted = max(examples, settings.default.max_examples if settings.default else 0)
    return settings(max_examples=wanted, suppress_health_check=list(HealthCheck), phases=_PHASES)


@pytest.fixture(scope="module")
def begin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], World]]:
    """Return a world whose first documents are tasks already, the same one for every example."""
    world = World(tmp_path_factory.mktemp("world"))
    world.with_tasks(*TEXTS)
    world.server.take_outbox()
    kept = world.keep()

    def fresh_copy() -> World:
        world.back_to(kept)
        return world

    yield fresh_copy
    world.close()


@several(250)
@given(life=steps())
@example(life=[("submit", 0, 1), ("deliver", 0, 0), ("delete", 0, 0), ("patch_text", 0, 0), ("submit", 0, 1)])
@example(life=[("submit", 0, 1), ("deliver", 0, 0), ("patch_key", 0, 1)])
@example(life=[("delete_task", 2, 0), ("deliver", 0, 0), ("push_late", 0, 0), ("submit", 2, 1), ("delete_task", 2, 0)])
def test_one_sync_makes_the_store_equal_to_the_server(begin: Callable[[], World], life: list[Step]) -> None:
    world = begin()
    played = Life(world)
    played.play(life)
    world.sync(accepted=True)
    equals(played)
    at_rest(world)


@several(120)
@given(life=steps(restores=True))
def test_one_sync_follows_a_server_that_was_set_back(begin: Callable[[], World], life: list[Step]) -> None:
    world = begin()
    played = Life(world)
    played.play(life)
    world.sync(accepted=True)
    equals(played)
    at_rest(world)


@several(120)
@given(life=steps())
def test_late_deliveries_after_a_sync_change_nothing(begin: Callable[[], World], life: list[Step]) -> None:
    world = begin()
    played = Life(world)
    played.play(life)
    world.sync(accepted=True)
    world.server.clock.pass_time(86_400)
    revisions = world.revisions()
    for body in reversed(played.sent):
        world.inbox.put(body)
    world.receiver.drain()
    assert world.revisions() == revisions
    equals(played)


@several(120)
@given(life=steps())
@example(
    life=[
        *[("submit", 0, 1)] * 8,
        *[("deliver", 0, 0)] * 8,
        ("drain", 0, 0),
        *[("delete_task", 0, 0)] * 3,
        ("sync", 0, 0),
    ]
)
def test_nothing_beyond_the_share_is_deleted_unasked_and_one_acceptance_makes_it_good(
    begin: Callable[[], World], life: list[Step]
) -> None:
    world = begin()
    played = Life(world, accepting=False)
    played.play(life)
    world.sync()
    current = world.current_states()
    with world.sql.engine.connect() as connection:
        ever = {
            (int(row.key), row.created_at) for row in connection.execute(text("select key, created_at from revision"))
        }
    assert len(ever - current.keys()) <= max(world.guard.free, world.guard.share * len(ever))
    world.sync(accepted=True)
    equals(played)
    at_rest(world)


def equals(life: Life) -> None:
    """Where a task's text is ours the store holds just what the server says, else at most what it once said."""
    world = life.world
    with world.store.reading() as transaction:
        current = {revision.identity: revision for revision in transaction.revisions.current_revisions()}
        live = transaction.tasks.live(world.server.name, life.project)
        ours = {document.id for document in transaction.documents.all()}
        entries = transaction.quarantine.unreadable()
    quarantined = [entry for entry in entries if not is_foreign(entry.cause)]
    foreign = {entry.task for entry in entries if is_foreign(entry.cause)}
    truth = {state.identity: (state, ref) for state, ref in world.server.annotations(life.project).values()}
    unreadable = {annotation.key for annotation in quarantined}
    deleted = [identity for identity in current.keys() - truth.keys() if identity.key not in unreadable]
    assert not deleted, "the store holds annotations that are gone"
    assert quarantined == world.server.unreadable(life.project)
    for identity, (state, ref) in truth.items():
        if ref.document in ours and is_intact(ref):
            assert identity in current, "the store lacks an annotation"
            assert current[identity].state == state
            assert current[identity].document == ref.document
        elif identity in current:
            assert current[identity].state in life.states[identity]
    tasks = world.server.known_tasks(life.project)
    if not life.restored:
        edited = {task for task, ref in tasks.items() if ref.document in ours and _edited(ref)}
        assert edited <= foreign, "an edited text is not named"
        mended = {task for task, ref in tasks.items() if ref.document in ours and not _edited(ref)}
        assert not mended & foreign, "a text that is in order is named"
    assert {task: ref.document for task, ref in tasks.items() if task in live} == live


def _edited(ref: TaskRef) -> bool:
    return not is_intact(ref)


def at_rest(world: World) -> None:
    revisions = world.revisions()
    report = world.sync(accepted=True)
    assert report.applied == 0, report.missed
    assert world.revisions() == revisions
    assert world.inbox.counts()["pending"] == 0
