"""What of a document is in quarantine, on its page."""

from pathlib import Path

from curator.domain.canonical import document_id
from tests.fakes.parts import region
from tests.fakes.world import World
from tests.web.filled import SCRIPT, application

TEXT = "Marie vit à Paris"


def test_a_documents_page_names_what_of_it_is_in_quarantine_and_lets_nothing_in(world: World, tmp_path: Path) -> None:
    task, other = world.with_tasks(TEXT, "Rien de neuf")
    client = application(world, tmp_path / "exports").test_client()
    path = f"/documents/{document_id(TEXT)}"
    assert "Quarantine" not in client.get(path).get_data(as_text=True)
    bad = world.server.annotate(task, [region(0, 5, SCRIPT), region(0, 5, "PER")])
    broken = world.server.annotate(task, [])
    world.server.annotate(other, [region(0, 99, "PER")])
    world.deliver()
    world.server.damage(broken, result="x")
    world.sync()
    page = client.get(path).get_data(as_text=True)
    assert f"task {task}, annotation {bad}" in page
    assert "unknown-label" in page
    assert f"task {task}, annotation {broken}" in page
    assert "result is no list" in page
    assert "correct or delete it in Label Studio" in page
    assert "offsets-outside-text" not in page
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page


def test_a_text_that_was_edited_is_told_with_both_texts_escaped(world: World, tmp_path: Path) -> None:
    (task,) = world.with_tasks(TEXT)
    world.server.patch_task(task, text=f"Marie {SCRIPT[:8]}\u202e")
    world.sync()
    page = application(world, tmp_path / "exports").test_client().get(f"/documents/{document_id(TEXT)}").data.decode()
    assert "from character 6 on &#39;&lt;script&gt;\\u202e&#39; in place of &#39;vit à Paris&#39;" in page
    assert "restore the text in Label Studio" in page
    assert SCRIPT[:8] not in page
