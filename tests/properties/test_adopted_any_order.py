"""Whatever becomes of the deliveries of an adopted project, one reconciliation makes the store equal to it."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given

from tests.fakes.adoptable import ByHand, project_by_hand
from tests.fakes.world import World
from tests.properties.acts import Step, steps
from tests.properties.adopted_acts import AdoptedLife
from tests.properties.test_any_order import at_rest, equals, several


@pytest.fixture(scope="module")
def begin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], ByHand]]:
    """Return a project that was adopted, with a world around it, the same one for every example."""
    world = World(tmp_path_factory.mktemp("world"))
    hand = project_by_hand(world)
    world.adopt(hand.number)
    world.server.take_outbox()
    kept = world.keep()

    def fresh_copy() -> ByHand:
        world.back_to(kept)
        return hand

    yield fresh_copy
    world.close()


@several(150)
@given(life=steps())
@example(life=[("submit", 0, 1), ("deliver", 0, 0), ("delete", 0, 0), ("patch_text", 0, 0), ("submit", 0, 1)])
@example(life=[("submit", 1, 1), ("deliver", 0, 0), ("patch_key", 1, 0)])
@example(life=[("delete_task", 3, 0), ("push_late", 0, 0), ("submit", 3, 1), ("deliver_last_first", 0, 0)])
def test_one_sync_makes_the_store_equal_to_the_server(begin: Callable[[], ByHand], life: list[Step]) -> None:
    played = _play(begin(), life)
    played.world.sync(accepted=True)
    equals(played)
    _all_are_taken_up(played)
    at_rest(played.world)


@several(70)
@given(life=steps(restores=True))
def test_one_sync_follows_a_server_that_was_set_back(begin: Callable[[], ByHand], life: list[Step]) -> None:
    played = _play(begin(), life)
    played.world.sync(accepted=True)
    equals(played)
    at_rest(played.world)


@several(70)
@given(life=steps())
def test_late_deliveries_after_a_sync_change_nothing(begin: Callable[[], ByHand], life: list[Step]) -> None:
    played = _play(begin(), life)
    world = played.world
    world.sync(accepted=True)
    world.server.clock.pass_time(86_400)
    revisions = world.revisions()
    for body in reversed(played.sent):
        world.inbox.put(body)
    world.receiver.drain()
    assert world.revisions() == revisions
    equals(played)


@several(40)
@given(life=steps())
def test_an_adoption_in_the_middle_of_it_takes_in_all_there_is(begin: Callable[[], ByHand], life: list[Step]) -> None:
    played = _play(begin(), life)
    world = played.world
    world.adopt(played.project, accepted=True)
    equals(played)
    assert not world.adopt(played.project, accepted=True).is_new


def _play(hand: ByHand, life: list[Step]) -> AdoptedLife:
    played = AdoptedLife(hand)
    played.play(life)
    return played


def _all_are_taken_up(life: AdoptedLife) -> None:
    """Every task whose text is one of ours, or could be, is the task of its document."""
    world = life.world
    with world.store.reading() as transaction:
        live = transaction.tasks.live(world.server.name, life.project)
    for task, ref in world.server.known_tasks(life.project).items():
        if ref.text is not None and ref.text.strip() and not ref.text.startswith("The "):
            assert live.get(task) == ref.document
        else:
            assert task not in live or live[task] == ref.document
