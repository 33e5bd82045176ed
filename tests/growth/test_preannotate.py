"""A pre-annotation costs what is waiting, however much was predicted before."""

from collections.abc import Iterable, Iterator

import pytest

from curator.domain.span import Content
from curator.steps.learning import preannotate
from tests.fakes.parts import NamePipeline
from tests.fakes.world import World
from tests.growth.counting import FACTOR, counted
from tests.growth.steps import counted_steps

SMALL = 12
LARGE = SMALL * FACTOR


def take_in(world: World, first: int, number: int) -> None:
    """Add so many documents that have no word in common."""
    world.ingest(*(f"texte{other} dit{other} quoi{other}" for other in range(first, first + number)))


def at_both_sizes(world: World, waiting: int) -> Iterator[None]:
    """Make a store small, then, without what was done to it, large; so many documents wait in it."""
    for size in (SMALL, LARGE):
        take_in(world, size, size)
        world.preannotate()
        before = world.keep()
        take_in(world, 10_000, waiting)
        yield
        world.back_to(before)


@pytest.mark.parametrize("waiting", [0, 10])
def test_statements_and_rows_are_those_of_what_waits(world: World, waiting: int) -> None:
    costs = []
    for _ in at_both_sizes(world, waiting):
        with counted(world.sql.engine) as cost:
            assert world.preannotate() == waiting
        costs.append(cost)
    small, large = costs
    assert large.within(small), f"{large}, not {small}"
    assert small.rows_read <= waiting + 12


@pytest.mark.parametrize("waiting", [0, 10])
def test_the_database_looks_at_what_waits_only(world: World, waiting: int) -> None:
    counts = []
    for _ in at_both_sizes(world, waiting):
        with counted_steps(world.sql.engine) as steps:
            assert world.preannotate() == waiting
        counts.append(steps.count)
    assert counts[1] <= counts[0] * 1.1


def test_documents_are_read_as_the_pipeline_asks_for_them(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preannotate, "_BATCH", 8)
    take_in(world, 0, 80)
    ahead: list[int] = []

    class Watched(NamePipeline):
        """Notes how many texts were written out that nobody had asked for."""

        def annotate(self, texts: Iterable[str]) -> Iterator[Content]:
            for content in super().annotate(texts):
                pages = sum("document.text" in statement for statement in cost.statements)
                ahead.append(pages * 8 - self.seen)
                yield content

    with counted(world.sql.engine) as cost:
        assert world.preannotate(Watched()) == 80
    assert max(ahead) < 8
