"""How much of everything the store holds."""

from tests.fakes.world import World

TEXT = "Paul attaque Lyon"


def test_status_counts_everything_and_deliveries_by_state(world: World) -> None:
    world.ingest(TEXT, "Rien de neuf")
    world.preannotate()
    (task,) = world.with_tasks(TEXT)
    world.server.annotate(task, [])
    world.deliver()
    world.deliver(b"[]")
    world.inbox.put(b"{}")
    summary = world.status()
    assert summary["deliveries"] == {"pending": 1, "applied": 1, "stale": 0, "dead": 1}
    assert summary["held_deletions"] == {"tasks": 0, "annotations": 0}
    expected = {
        "documents": 2,
        "tasks": 2,
        "predictions": 2,
        "annotations": 1,
        "decisions": 0,
        "versions": 0,
        "models": 0,
    }
    assert {key: summary[key] for key in expected} == expected


def test_status_counts_the_deletions_that_are_held(world: World) -> None:
    tasks = world.with_tasks(*(f"Paul attaque Lyon, acte {number}" for number in range(6)))
    for task in tasks[:5]:
        world.server.annotate(task, [])
    world.deliver()
    world.server.delete_task(*tasks)
    world.deliver()
    summary = world.status()
    assert summary["held_deletions"] == {"tasks": 6, "annotations": 5}
    assert (summary["tasks"], summary["annotations"]) == (6, 5)
