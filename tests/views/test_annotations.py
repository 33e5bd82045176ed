"""Current annotations, with what they say."""

from curator.domain.canonical import document_id
from tests.fakes.parts import link, raw, region
from tests.fakes.world import World

TEXT = "Paul attaque Lyon"


def test_an_annotation_is_told_with_its_words_cut_from_the_text(world: World) -> None:
    (task,) = world.with_tasks(raw("a.txt", TEXT))
    note = {"id": "n", "from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": ["à revoir"]}}
    result = [region(0, 4, "PER"), region(5, 12, "ATTACK", "events"), link("r5-12-ATTACK", "r0-4-PER", "agent"), note]
    world.server.annotate(task, result, lead_time=3.5)
    world.deliver()
    world.sync()
    (told,) = world.annotations()
    assert told["document"] == document_id(TEXT)
    assert (told["source"], told["project"], told["task"], told["annotation"]) == ("a.txt", world.project, task, 1)
    assert (told["annotator"], told["lead_time"], told["skipped"]) == ("admin@example.org", 3.5, False)
    assert [(span["label"], span["text"]) for span in told["spans"]["entities"]] == [("PER", "Paul")]
    assert [(span["label"], span["text"]) for span in told["spans"]["events"]] == [("ATTACK", "attaque")]
    assert told["relations"] == [
        {"head": "events:5-12:ATTACK", "child": "entities:0-4:PER", "label": "agent", "direction": "right"}
    ]
    assert told["attributes"] == [{"on": "document", "name": "note", "value": ["à revoir"]}]
    assert told["created_at"] == told["updated_at"]


def test_a_skipped_annotation_is_told_and_a_deleted_one_is_not(world: World) -> None:
    (task,) = world.with_tasks(TEXT)
    world.server.annotate(task, [], was_cancelled=True)
    world.deliver()
    assert [one["skipped"] for one in world.annotations()] == [True]
    world.server.delete(1)
    world.deliver()
    assert world.annotations() == []


def test_an_annotator_that_no_sync_has_named_goes_by_number(world: World) -> None:
    (task,) = world.with_tasks(TEXT)
    world.server.annotate(task, [])
    world.deliver()
    assert [one["annotator"] for one in world.annotations()] == ["user 1"]
