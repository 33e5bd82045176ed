"""A store of any size, each of its documents predicted, in Label Studio and annotated."""

from pathlib import Path

from curator.domain.canonical import document_id
from tests.fakes.parts import region
from tests.fakes.world import World
from tests.growth.counting import FACTOR

SIZE = 12
SIZES = (SIZE, FACTOR * SIZE)


def text(number: int) -> str:
    """Return the text of a document."""
    return f"Paris {number:04} attend Lyon"


def annotate(world: World, number: int, *, misfit: bool = False) -> None:
    """Annotate a document, all of it fitting unless it is to misfit, and let the store know."""
    task = next(task for task, ref in world.server.known_tasks(world.project).items() if ref.text == text(number))
    label = "ORG" if misfit else "GPE"
    world.server.annotate(task, [region(0, 5, "GPE"), region(18, 22, label)], lead_time=2.0)
    world.deliver()


def filled(folder: Path, size: int) -> World:
    """Return a world of so many annotated documents, and two that wait."""
    folder.mkdir()
    world = World(folder)
    world.ingest(*(text(number) for number in range(size + 2)))
    world.preannotate()
    world.push()
    tasks = {str(ref.text): task for task, ref in world.server.known_tasks(world.project).items()}
    for number in range(size):
        label = "ORG" if number % 3 else "GPE"
        world.server.annotate(tasks[text(number)], [region(0, 5, "GPE"), region(18, 22, label)], lead_time=2.0)
    world.deliver()
    # No annotation is foreign, unreadable or deleted, which each is an exception of its own.
    world.readings.catch_up()
    return world


def first_document() -> str:
    """Return the id of a document that every store has."""
    return document_id(text(0))
