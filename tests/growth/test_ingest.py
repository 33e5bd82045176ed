"""One more document costs the same, however many there are."""

from collections.abc import Iterator

import pytest

from curator.domain.document import RawDocument
from curator.files.nearness import SketchNearness
from curator.steps.intake import near_duplicates
from curator.steps.intake.ingest import ingest
from tests.fakes.parts import RULE, SCHEMA, Texts, french, raw, silent
from tests.fakes.world import World
from tests.growth.counting import FACTOR, counted
from tests.growth.steps import counted_steps

SMALL = 12
LARGE = SMALL * FACTOR
COMMON = "Cet article a été relu par la rédaction avant sa mise en ligne, comme tous les autres."
BAD_SPAN = {"spans": [{"start": 0, "end": 1, "label": "NOBODY"}]}


@pytest.fixture(autouse=True)
def few_holders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep fewer documents of a key than the small store has: what is common is common at both sizes."""
    monkeypatch.setattr(near_duplicates, "HOLDERS", 8)


def run(world: World, *documents: RawDocument) -> int:
    """Ingest as the application does; returns how many documents were new."""
    reader = Texts(*documents)
    return ingest(
        reader.paths,
        reader=reader,
        language=french,
        nearness=SketchNearness(),
        store=world.store,
        schema=SCHEMA,
        rule=RULE,
        progress=silent,
    ).documents


def take_in(world: World, *texts: str) -> None:
    """Ingest texts that are not there yet, each with a span that is quarantined."""
    documents = [raw(f"{text[:40]}.txt", text, annotations=BAD_SPAN) for text in texts]
    assert run(world, *documents) == len(texts)


def text(number: int) -> str:
    """Return a text of words of its own, which ends with what all of them end with."""
    return f"{' '.join(f'mot{number}a{place}' for place in range(60))} {COMMON}"


def at_both_sizes(world: World) -> Iterator[None]:
    """Make a store small, then, without what was done to it, large."""
    take_in(world, *map(text, range(SMALL)))
    small = world.keep()
    yield
    world.back_to(small)
    take_in(world, *map(text, range(SMALL, LARGE)))
    yield


def test_one_more_document_takes_as_many_statements_and_rows_in_a_store_eight_times_as_large(world: World) -> None:
    costs = []
    for _ in at_both_sizes(world):
        with counted(world.sql.engine) as cost:
            take_in(world, text(1000))
        costs.append(cost)
    small, large = costs
    assert large.within(small), f"{large}, not {small}"
    assert small.rows_read < 24 * near_duplicates.HOLDERS
    assert small.rows_written < 24 + 12


def test_one_more_document_is_as_much_work_for_the_database(world: World) -> None:
    counts = []
    for _ in at_both_sizes(world):
        with counted_steps(world.sql.engine) as steps:
            take_in(world, text(1000))
        counts.append(steps.count)
    assert counts[1] <= counts[0] * 1.1


def test_what_is_known_already_costs_the_same(world: World) -> None:
    costs = []
    for _ in at_both_sizes(world):
        known = raw("again.txt", text(0))
        run(world, known)
        with counted(world.sql.engine) as cost:
            run(world, known)
        costs.append(cost)
    small, large = costs
    assert large.within(small), f"{large}, not {small}"


def test_an_ingest_of_many_documents_costs_so_much_for_each(world: World) -> None:
    costs = []
    for first, number in ((0, 100), (1000, 800)):
        with counted(world.sql.engine) as cost:
            take_in(world, *map(text, range(first, first + number)))
        costs.append((len(cost.statements) / number, cost.rows_read / number, cost.rows_written / number))
    assert all(large <= small * 1.2 for small, large in zip(*costs, strict=True)), costs
