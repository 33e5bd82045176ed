"""The quarantine by name: what cannot be read, and what does not fit the labels in force."""

from curator.steps.in_force.schema import adopt_schema
from curator.views.quarantine import quarantine
from tests.fakes.parts import region, schema_with_label
from tests.fakes.world import World


def named(world: World) -> list[tuple[str, str]]:
    return [(entry.name, entry.cause) for entry in quarantine(world.store, world.readings)]


def test_what_cannot_be_read_comes_before_items_that_do_not_fit(world: World) -> None:
    first, second = world.with_tasks("Marie vit à Paris", "Paul dort")
    assert named(world) == []
    stray = world.server.annotate(first, [{**region(0, 5, "PER"), "from_name": "label"}, region(0, 99, "PER")])
    broken = world.server.annotate(second, [])
    world.deliver()
    world.server.damage(broken, result="x")
    world.sync()
    assert named(world) == [
        (f"task {second}, annotation {broken}", "result is no list"),
        (f"task {first}, annotation {stray}", "unknown-control"),
        (f"task {first}, annotation {stray}", "offsets-outside-text"),
    ]
    entries = world.status()["quarantine"]
    assert [(entry["project"], entry["task"], entry["annotation"]) for entry in entries] == [
        (world.project, second, str(broken)),
        (world.project, first, str(stray)),
        (world.project, first, str(stray)),
    ]


def test_a_task_is_named_where_all_of_it_cannot_be_read(world: World) -> None:
    (task,) = world.with_tasks("Paul dort")
    world.server.broken.add(task)
    world.sync()
    assert named(world) == [(f"task {task}", "Label Studio failed: broken")]


def test_items_that_fit_by_now_are_left_out(world: World) -> None:
    (task,) = world.with_tasks("Marie vit à Paris")
    world.server.annotate(task, [region(0, 5, "ORG")])
    world.deliver()
    assert [cause for _, cause in named(world)] == ["unknown-label"]
    adopt_schema(world.store, schema_with_label("ORG"), "tests")
    assert named(world) == []
