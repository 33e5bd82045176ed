"""The pages of what differs between versions: in the dashboard, and as a file of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from curator.domain.canonical import document_id
from curator.domain.dataset_ref import DatasetRef
from curator.domain.record import Record, record_from_line
from curator.files.versions import VersionFolder
from curator.steps.datasets.comparing import version_diff
from curator.steps.datasets.comparing.authors import attributed
from curator.steps.datasets.comparing.diff_pages import PAGE
from curator.steps.datasets.comparing.version_diff import document_lines, readable_version
from curator.steps.ports.version_folders import VersionStorage
from curator.web.diff_page import diff_file
from tests.fakes.parts import SCHEMA, link, region
from tests.fakes.world import World
from tests.web.filled import EVIL, HOSTILE, NESTED, SCRIPT, application, export, fill
from tests.web.test_dashboard import Page, page, world_in


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("differences")


@pytest.fixture(scope="module")
def world(folder: Path) -> Iterator[World]:
    """Three versions; in the third two documents changed in all ways, and more than a page holds are new."""
    world = world_in(folder / "world")
    tasks = fill(world, folder / "exports")
    after = [
        region(0, 5, "PER", id="a"),
        region(12, 19, "ATTACK", "events", id="e"),
        region(20, 25, "PER", id="f"),
        region(31, 35, "GPE", id="g"),
        link("e", "g"),
    ]
    evil = world.server.add_user(EVIL)
    world.server.annotate(tasks[NESTED], after, user=evil)
    world.server.annotate(tasks[HOSTILE], [region(0, 5, "GPE"), region(11, 50, "PER", id="x")], user=evil)
    texts = [f"Nantes {SCRIPT} {number}" for number in range(PAGE + 2)]
    world.ingest(*texts)
    world.push()
    known = {str(ref.text): task for task, ref in world.server.known_tasks(world.project).items()}
    for text in texts:
        world.server.annotate(known[text], [region(0, 6, "GPE")])
    world.deliver()
    export(world, folder / "exports")
    yield world
    world.close()


@pytest.fixture
def client(world: World, folder: Path) -> FlaskClient:
    return application(world, folder / "exports").test_client()


def test_each_change_is_shown_in_its_text_on_one_page(client: FlaskClient) -> None:
    pages = [page(client, f"/versions/news/2/3?page={number}") for number in (1, 2)]
    words = " ".join(shown.words for shown in pages)
    assert "Page 1 of 2" in pages[0].words
    for document in (NESTED, HOSTILE):
        assert words.count(document_id(document)) == 1
    for expected in ("moved entities PER Marie Curie 0–11 PER Marie 0–5", "added entities – GPE Lyon 31–35"):
        assert expected in words
    assert "relabelled entities GPE Paris 20–25 PER Paris 20–25" in words
    assert re.search(r"removed relation .* place", words)
    assert "changed provenance.annotators" in words or "changed provenance.last_annotator" in words
    assert words.count("added to ") + words.count("removed from ") >= PAGE
    assert next(a for a in pages[0].all("a") if a.get("rel") == "next")["href"] == "/versions/news/2/3?page=2"
    beyond = page(client, "/versions/news/2/3?page=99")
    assert "Page 2 of 2" in beyond.words


def test_once_two_versions_are_known_a_page_reads_its_own_records_alone(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def reading(line: bytes, where: str = "") -> Record:
        read.append(where)
        return record_from_line(line, where)

    page(client, "/versions/news/2/3")
    monkeypatch.setattr(version_diff, "record_from_line", reading)
    shown = page(client, "/versions/news/2/3?page=2").words
    assert len(set(read)) == 5
    assert all(document in shown for document in read)


def test_nothing_that_a_text_says_runs(client: FlaskClient) -> None:
    for number in (1, 2):
        html = client.get(f"/versions/news/2/3?page={number}").get_data(as_text=True)
        assert "<script" not in html
        assert "<img" not in html
        assert SCRIPT in Page(html).text


def test_the_front_page_leads_to_it_and_who_annotated_has_no_name_there(client: FlaskClient) -> None:
    front = page(client, "/")
    assert "/versions/news/2/3" in [link.get("href") for link in front.all("a")]
    words = page(client, "/versions/news/2/3").words
    assert "annotator-" in words
    assert "example.org" not in words


def test_versions_that_are_none_are_not_found_and_equal_ones_do_not_differ(client: FlaskClient) -> None:
    for path in ("/versions/news/1/9", "/versions/none/1/2", "/versions/..%2Fnews/1/2", "/versions/news/0/1"):
        page(client, path, 404)
    assert "Nothing differs" in page(client, "/versions/news/1/1").words
    assert client.get("/versions/news/1/2", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 403


def test_a_file_is_whole_in_itself_with_as_many_documents_as_are_asked_for(world: World, folder: Path) -> None:
    storage: VersionStorage = VersionFolder(folder / "exports")
    old, new = (readable_version(DatasetRef("news", n), store=world.store, storage=storage) for n in (2, 3))

    def written(limit: int | None) -> str:
        return "".join(
            diff_file(
                old, new, lambda: attributed(document_lines(old, new, storage), old, new, world.store), SCHEMA, limit
            )
        )

    whole, some = written(None), written(3)
    names = {tag for tag, _ in Page(whole).tags}
    assert not names & {"script", "link", "img", "iframe", "object", "form", "base", "a", "svg"}
    assert (whole.count("<section"), some.count("<section")) == (PAGE + 5, 3)
    assert f"{PAGE + 2} more documents differ" in Page(some).words
    assert "http" not in whole.replace("http-equiv", "").replace("example.org", "")
    ids = [attributes["id"] for _, attributes in Page(whole).tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(label.colour in whole for layer in SCHEMA.layers for label in layer.labels)
