"""Current annotations, with what they say."""

from curator.domain.canonical import document_id
from curator.domain.errors import ServerUnreachable
from tests.fakes.parts import link, raw, region
from tests.fakes.world import World

TEXT = "Paul attaque Lyon"


def test_an_annotation_is_listed_with_its_words_cut_from_the_text(world: World) -> None:
    (task,) = world.with_tasks(raw("a.txt", TEXT))
    note = {"id": "n", "from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": ["à revoir"]}}
    result = [region(0, 4, "PER"), region(5, 12, "ATTACK", "events"), link("r5-12-ATTACK", "r0-4-PER", "agent"), note]
    world.server.annotate(task, result, lead_time=3.5)
    world.deliver()
    world.sync()
    (value,) = world.annotations()
    assert value["document"] == document_id(TEXT)
    assert (value["source"], value["project"], value["task"], value["annotation"]) == ("a.txt", world.project, task, 1)
    assert (value["annotator"], value["lead_time"], value["skipped"]) == ("admin@example.org", 3.5, False)
    assert [(span["label"], span["text"]) for span in value["spans"]["entities"]] == [("PER", "Paul")]
    assert [(span["label"], span["text"]) for span in value["spans"]["events"]] == [("ATTACK", "attaque")]
    assert value["relations"] == [
        {"head": "events:5-12:ATTACK", "child": "entities:0-4:PER", "label": "agent", "direction": "right"}
    ]
    assert value["attributes"] == [{"on": "document", "name": "note", "value": ["à revoir"]}]
    assert value["created_at"] == value["updated_at"]


def test_a_skipped_annotation_is_listed_and_a_deleted_annotation_is_not(world: World) -> None:
    (task,) = world.with_tasks(TEXT)
    world.server.annotate(task, [], was_cancelled=True)
    world.deliver()
    assert [value["skipped"] for value in world.annotations()] == [True]
    world.server.delete(1)
    world.deliver()
    assert world.annotations() == []


def test_an_annotator_whose_name_is_not_known_yet_goes_by_number(world: World) -> None:
    (task,) = world.with_tasks(TEXT)
    world.server.failing["users"] = ServerUnreachable("away")
    world.server.annotate(task, [])
    world.deliver()
    assert [value["annotator"] for value in world.annotations()] == ["user 1"]
    world.server.failing.clear()
    world.sync()
    assert [value["annotator"] for value in world.annotations()] == ["admin@example.org"]
