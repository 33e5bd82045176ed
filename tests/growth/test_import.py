"""What an import costs grows with what it brings, and not with what is there."""

from collections.abc import Callable

from tests.fakes.importing import ADA, LATER, imported, marked, take
from tests.fakes.world import World
from tests.growth.counting import FACTOR, Cost, counted
from tests.growth.desk import Desks, text

_SOME = 10


def _found(count: int, end: int = 2) -> list[object]:
    return [imported(text(number), marked((0, end, "PER"))) for number in range(5000, 5000 + count)]


def _import(world: World, count: int, end: int = 2) -> None:
    take(world, *_found(count, end), at=LATER)  # type: ignore[arg-type]


def _costs(world: World, work: Callable[[int], None]) -> list[Cost]:
    costs = []
    for count in (_SOME, _SOME * FACTOR):
        with counted(world.sql.engine) as cost:
            work(count)
        costs.append(cost)
    return costs


def test_an_import_costs_the_same_however_much_is_there(desks: Desks) -> None:
    small, large = desks.costs(lambda _: None, lambda world: _import(world, _SOME))
    assert large.within(small), f"{small}; {large}"


def test_an_unchanged_import_writes_no_row_of_data_and_reads_each_once(world: World) -> None:
    _import(world, _SOME * FACTOR)
    small, large = _costs(world, lambda count: _import(world, count))
    assert len(large.statements) == len(small.statements), f"{small}; {large}"
    assert large.rows_written <= small.rows_written, f"{small}; {large}"
    assert large.rows_read - small.rows_read <= 3 * _SOME * (FACTOR - 1), f"{small}; {large}"


def test_new_and_changed_annotations_take_so_many_statements_each(world: World) -> None:
    _import(world, 1)
    for end in (2, 1):
        small, large = _costs(world, lambda count, end=end: _import(world, count, end))  # type: ignore[misc]
        each = (len(large.statements) - len(small.statements)) / (_SOME * (FACTOR - 1))
        assert each <= 3.1, f"{small}; {large}"
        written = (large.rows_written - small.rows_written) / (_SOME * (FACTOR - 1))
        assert written <= 12, f"{small}; {large}"


def test_annotators_are_looked_up_by_batch(world: World) -> None:
    _import(world, _SOME)
    with counted(world.sql.engine) as cost:
        _import(world, _SOME)
    assert sum("FROM annotator" in statement for statement in cost.statements) <= 2
    assert ADA
