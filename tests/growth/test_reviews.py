"""What is sent to be reviewed costs by what is new, a few statements however many documents that is."""

from tests.fakes.importing import imported, marked, take
from tests.fakes.world import World
from tests.growth.counting import FACTOR
from tests.growth.desk import DeskCost, Desks, desk_cost, text


def push(world: World) -> None:
    world.push()


def _take(world: World, numbers: range) -> None:
    take(world, *(imported(text(number), marked((0, 2, "PER"))) for number in numbers), for_review=True)


def _begin(world: World) -> None:
    """Let the first one be sent: for that, once, all tasks there are are looked at."""
    _take(world, range(4999, 5000))
    world.push()


def test_ten_reviews_for_tasks_that_are_there(desks: Desks) -> None:
    def prepare(world: World) -> None:
        _begin(world)
        world.ingest(*(text(number) for number in range(5000, 5010)))
        world.push()
        _take(world, range(5000, 5010))

    def work(world: World) -> None:
        assert world.push().sent_for_review == 10

    small, large = desks.costs(prepare, work)
    assert large.within(small), f"{small}; {large}"
    assert large.listed == 10


def test_ten_reviews_with_new_tasks(desks: Desks) -> None:
    def prepare(world: World) -> None:
        _begin(world)
        _take(world, range(5000, 5010))

    def work(world: World) -> None:
        report = world.push()
        assert (report.tasks, report.sent_for_review) == (10, 10)

    small, large = desks.costs(prepare, work)
    assert large.within(small), f"{small}; {large}"
    assert large.listed == 0


def test_a_push_while_all_that_was_sent_still_waits(desks: Desks) -> None:
    def prepare(world: World) -> None:
        with world.store.reading() as transaction:
            documents = [document.text for document in transaction.documents.all()]
        take(world, *(imported(each, marked((0, 2, "PER"))) for each in documents), for_review=True)
        assert world.push().sent_for_review == len(documents)
        world.push()

    small, large = desks.costs(prepare, push)
    assert (large.calls, len(large.store.statements)) == (small.calls, len(small.store.statements)), f"{small}; {large}"
    assert large.store.rows_read <= small.store.rows_read + 2


def _costs_of_sending(world: World, first: int, there: bool) -> list[DeskCost]:
    """Return what it costs to send some reviews at once, and some times as many, fewer than are sent in one batch."""
    costs = []
    for count in (10, 10 * FACTOR):
        numbers = range(first + 1000 * count, first + 1001 * count)
        if there:
            world.ingest(*(text(number) for number in numbers))
            world.push()
        _take(world, numbers)
        with desk_cost(world) as cost:
            assert world.push().sent_for_review == count
        costs.append(cost)
    return costs


def test_more_reviews_of_one_batch_take_no_more_statements(world: World) -> None:
    world.push()
    for there in (False, True):
        small, large = _costs_of_sending(world, 10_000 if there else 5_000_000, there)
        # The rows of an insert are cut into pieces of some hundred.
        assert len(large.store.statements) <= len(small.store.statements) + 2, f"{small}; {large}"
        assert large.store.commits == small.store.commits
