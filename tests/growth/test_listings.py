"""What is asked of the store for a listing grows with nothing but what is listed."""

from pathlib import Path

from curator.bootstrap.reading import READ_ANNOTATION
from curator.views.annotations import current_annotations
from curator.views.annotators import progress_of_annotators
from tests.growth.counting import Cost, counted
from tests.growth.filled import SIZES, filled


def test_annotations_are_listed_in_as_many_statements_and_annotators_in_as_many_rows(tmp_path: Path) -> None:
    listing: list[Cost] = []
    progress: list[Cost] = []
    for size in SIZES:
        world = filled(tmp_path / str(size), size)
        with counted(world.sql.engine) as cost:
            assert len(list(current_annotations(world.store, world.schema, READ_ANNOTATION))) == size
        listing.append(cost)
        with counted(world.sql.engine) as cost:
            (admin,) = progress_of_annotators(world.store, world.server.name, world.server.users())
        assert (admin.reviewed, admin.seconds) == (size, 2.0 * size)
        progress.append(cost)
        world.close()
    small, large = listing
    assert len(large.statements) == len(small.statements)
    small, large = progress
    assert large.within(small), f"{small} grew to {large}"
