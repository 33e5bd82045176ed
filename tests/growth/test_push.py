"""What is pushed costs by what is new, however many tasks there are."""

from tests.fakes.parts import NamePipeline
from tests.fakes.world import World
from tests.growth.desk import Desks, text


def push(world: World) -> None:
    world.push()


def test_a_push_of_nothing(desks: Desks) -> None:
    small, large = desks.costs(lambda _: None, push)
    assert large.within(small), f"{small}; {large}"


def test_one_more_document(desks: Desks) -> None:
    def prepare(world: World) -> None:
        world.ingest(text(5000))
        world.preannotate()

    def work(world: World) -> None:
        assert world.push().tasks == 1

    small, large = desks.costs(prepare, work)
    assert large.within(small), f"{small}; {large}"
    assert large.listed == 0


def test_ten_predictions_more(desks: Desks) -> None:
    def prepare(world: World) -> None:
        world.ingest(*(text(5000 + number) for number in range(10)))
        world.push()
        # Of each document a single prediction is new, whatever the others have.
        world.preannotate()

    def work(world: World) -> None:
        before = world.server.calls.copy()
        assert world.push().predictions == 10
        calls = world.server.calls - before
        assert (calls["add_predictions"], calls["task"]) == (1, 0)

    small, large = desks.costs(prepare, work)
    assert large.within(small), f"{small}; {large}"
    assert large.listed == 10


def test_another_pipeline_costs_one_look_and_one_call_a_batch(desks: Desks) -> None:
    def prepare(world: World) -> None:
        world.preannotate(NamePipeline(name="names", digest="d2"))

    small, large = desks.costs(prepare, push)
    assert (large.calls, len(large.store.statements)) == (small.calls, len(small.store.statements)), f"{small}; {large}"
