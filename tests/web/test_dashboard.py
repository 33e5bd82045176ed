"""The pages: what they show, how they escape it, and whom they refuse."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from curator.domain.canonical import document_id
from curator.domain.errors import CuratorError
from curator.domain.schema import schema_from_value
from curator.steps.desk.publish import HOOK_PATH
from curator.store.database import SqlStore
from curator.web.application import Parts, create_app
from curator.web.charts import SCHEMES, Share, day_chart, share_chart
from curator.web.dashboard import Dashboard
from curator.web.front_page import last_days, model_scores
from tests.fakes.parts import SCHEMA_VALUE
from tests.fakes.world import World
from tests.web.filled import EVIL, HOSTILE, NESTED, SCRIPT, application, fill

PAGES = ("/", "/documents", "/documents?state=waiting", "/versions/news/1/2", f"/documents/{document_id(NESTED)}")


def world_in(folder: Path, **fields: Any) -> World:
    folder.mkdir()
    return World(folder, **fields)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dashboard")


@pytest.fixture(scope="module")
def filled(folder: Path) -> Iterator[World]:
    world = world_in(folder / "world")
    fill(world, folder / "exports")
    yield world
    world.close()


@pytest.fixture
def client(filled: World, folder: Path) -> FlaskClient:
    return application(filled, folder / "exports").test_client()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[FlaskClient]:
    world = world_in(tmp_path / "world")
    yield application(world, tmp_path / "exports").test_client()
    world.close()


class Page(HTMLParser):
    """What a page is made of: its elements with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._pieces: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data
        self._pieces.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def words(self) -> str:
        """The text with one space between any two words, also where elements part them."""
        return " ".join(" ".join(self._pieces).split())


def page(client: FlaskClient, path: str, code: int = 200) -> Page:
    answer = client.get(path)
    assert answer.status_code == code
    return Page(answer.get_data(as_text=True))


def counted(client: FlaskClient) -> Page:
    """Return the front page once everything is counted."""
    for _ in range(100):
        if "The counting goes on" not in (current_page := page(client, "/")).text:
            return current_page
    pytest.fail("the counting does not end")


@pytest.mark.parametrize("path", PAGES)
def test_no_page_lets_anything_in_or_out(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'; img-src 'self'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    current_page = Page(answer.get_data(as_text=True))
    assert not {tag for tag, _ in current_page.tags} & {"script", "style", "iframe", "form", "object"}
    for _, attributes in current_page.tags:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        for name in ("src", "href", "srcset"):
            assert re.match(r"[/#](?!/)", attributes.get(name) or "/"), attributes


@pytest.mark.parametrize("path", PAGES)
def test_every_page_can_be_read_without_seeing_it(client: FlaskClient, path: str) -> None:
    current_page = page(client, path)
    assert current_page.all("html") == [{"lang": "en"}]
    assert len(current_page.all("h1")) == len(current_page.all("main")) == 1
    assert current_page.all("a")[0] == {"class": "skip", "href": "#main"}
    assert current_page.all("main")[0]["id"] == "main"
    assert len(current_page.all("caption")) == len(current_page.all("table")) > 0
    assert all(cell.get("scope") for cell in current_page.all("th"))
    assert all(image.get("alt") for image in current_page.all("img"))
    ids = [str(attributes["id"]) for _, attributes in current_page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    assert {
        str(attributes["aria-labelledby"]) for _, attributes in current_page.tags if "aria-labelledby" in attributes
    } <= set(ids)


def test_the_front_page_shows_every_subject(client: FlaskClient) -> None:
    words = counted(client).words
    for expected in (
        "2 Reviewed",
        "1 Undecided",
        "1 Skipped",
        "1 Waiting",
        "1 Without task",
        "6 All",
        "names@d1 : predicted 5 documents; 3 current annotations started from it",
        "4 applied",
        "1 dead",
        "unknown-action",
        "news@2",
        "news-v2-abc",
        "entities 75 % 86 % 80 %",
    ):
        assert expected in words, expected
    assert re.search(r"news@2 [-0-9]{10} [0-9:]{5} 2 1 0 0 [0-9a-f]{64}", words)


@pytest.mark.parametrize(("path", "texts"), [("/", [EVIL]), ("/documents", [SCRIPT]), ("hostile", [HOSTILE, EVIL])])
def test_untrusted_text_is_text(client: FlaskClient, path: str, texts: list[str]) -> None:
    current_page = page(client, f"/documents/{document_id(HOSTILE)}" if path == "hostile" else path)
    for text in texts:
        # Labels stand between the words of a text.
        assert text.split()[-1] in current_page.text
    assert not current_page.all("script")
    assert not [image for image in current_page.all("img") if "onerror" in image or image.get("src") == "x"]


def test_metadata_is_text(client: FlaskClient) -> None:
    words = page(client, f"/documents/{document_id(HOSTILE)}").words
    assert f'{SCRIPT}["{SCRIPT}"]' in words.replace(" ", "").replace("\n", "")
    assert "L'été <b>" in words


def test_names_of_a_schema_are_text(tmp_path: Path) -> None:
    entities, *others = SCHEMA_VALUE["layers"]
    name = f"$\\frac{{{SCRIPT}\x01\N{GRINNING FACE}"
    label = {"name": name, "colour": "#ffeb3b", "hotkey": "9"}
    layers = [{**entities, "labels": [*entities["labels"], label]}, *others]
    relations = [*SCHEMA_VALUE["relations"], {"name": SCRIPT}]
    schema = schema_from_value({**SCHEMA_VALUE, "layers": layers, "relations": relations}, "tests")
    world = world_in(tmp_path / "world", schema=schema)
    (task,) = world.with_tasks("Paris dort")
    result = [
        {"id": region, "from_name": layer, "to_name": "text", "type": "labels", "value": {**ends, "labels": [which]}}
        for region, layer, which, ends in (
            ("a", "entities", name, {"start": 0, "end": 5}),
            ("b", "events", "ATTACK", {"start": 6, "end": 10}),
        )
    ]
    relation = {"type": "relation", "from_id": "b", "to_id": "a", "direction": "bi", "labels": [SCRIPT]}
    world.server.annotate(task, [*result, relation])
    world.deliver()
    client = application(world, tmp_path / "exports").test_client()
    current_page = page(client, f"/documents/{document_id('Paris dort')}")
    assert "$\\frac" in current_page.text
    assert f"← {SCRIPT} →" in current_page.words
    assert not current_page.all("script")
    sheet = client.get("/labels.css").get_data(as_text=True)
    assert "script" not in sheet
    assert ".colour2 { --label: #ffeb3b; --ink: #000000; }" in sheet
    chart = share_chart("Shares", [Share(name, (1.0, 0.0, 0.0, 0.0))], SCHEMES["dark"])
    assert "script" not in {node.tag.rpartition("}")[2] for node in ET.fromstring(chart).iter()}
    world.close()


def test_both_sides_of_a_document_and_their_differences(client: FlaskClient) -> None:
    current_page = page(client, f"/documents/{document_id(NESTED)}")
    assert "1 kept, ↔ 0 moved, ≠ 1 relabelled, − 2 removed, + 2 added" in current_page.words
    assert "— agent →" in current_page.words
    sides = re.findall(r'<div class="text" dir="auto">(.*?)</div>', client.get(PAGES[-1]).get_data(as_text=True), re.S)
    assert len(sides) == 2
    for side in sides:
        bare = re.sub(r'<span class="chip.*?</bdi></span>', "", side, flags=re.S)
        assert re.sub(r"<[^>]*>", "", bare) == NESTED


def test_an_unknown_document_is_a_page_with_the_reason(client: FlaskClient) -> None:
    for path in ("/documents/nope", "/documents/%3Cscript%3E", "/documents?state=nope", "/charts/days-blue.svg"):
        current_page = page(client, path, 404)
        assert "There is nothing at this address." in current_page.text
        assert client.get(path).headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["/", "/documents", "/documents?state=skipped&page=x", "/labels.css"])
def test_an_empty_store_has_pages(empty: FlaskClient, path: str) -> None:
    assert empty.get(path).status_code == 200


@pytest.mark.parametrize("chart", ["days-light", "days-dark", "labels-light", "labels-dark"])
def test_charts_are_images_with_a_title(client: FlaskClient, empty: FlaskClient, chart: str) -> None:
    for each_client in (client, empty):
        answer = each_client.get(f"/charts/{chart}.svg")
        assert answer.mimetype == "image/svg+xml"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert ET.fromstring(answer.data).findtext("{http://www.w3.org/2000/svg}title")


def test_the_same_numbers_give_the_same_image() -> None:
    days = [("2026-11-21", 2), ("2026-11-22", 0)]
    assert day_chart("Days", days, SCHEMES["light"]) == day_chart("Days", days, SCHEMES["light"])
    assert day_chart("Days", days, SCHEMES["light"]) != day_chart("Days", days, SCHEMES["dark"])


HOSTS = [
    ("127.0.0.1:8081", 200),
    ("localhost", 200),
    ("[::1]:8081", 200),
    ("127.9.9.9", 200),
    ("evil.example", 403),
    ("localhost.evil.example", 403),
    ("127.0.0.1.evil.example", 403),
    ("evil.example:127.0.0.1", 403),
    ("localhost@evil.example", 403),
    ("10.0.0.1", 403),
    ("[::", 403),
    ("", 403),
]


@pytest.mark.parametrize(("host", "code"), HOSTS)
def test_only_names_of_this_machine_are_answered(client: FlaskClient, host: str, code: int) -> None:
    for path in ("/", "/documents", "/labels.css", "/assets/dashboard.css", "/charts/days-light.svg"):
        with client.get(path, headers={"Host": host}) as answer:
            assert answer.status_code == code


def test_other_machines_and_relayed_requests_are_refused(client: FlaskClient) -> None:
    assert client.get("/", environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 403
    assert client.get("/", environ_base={"REMOTE_ADDR": "::ffff:127.0.0.1"}).status_code == 200
    assert client.get("/", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 403
    assert client.get("/", headers={"Forwarded": "for=10.0.0.9"}).status_code == 403
    refused = client.get("/", headers={"Host": "evil.example"})
    assert b"SSH tunnel" in refused.data
    assert b"Paris" not in refused.data


def test_the_hook_is_not_guarded_by_names(client: FlaskClient) -> None:
    headers = {"Host": "host.docker.internal", "X-Curator-Secret": "secret"}
    assert client.post(HOOK_PATH, data=b"{}", headers=headers).status_code == 200
    assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 200


def test_pages_can_only_be_read(client: FlaskClient) -> None:
    for path in ("/", "/documents"):
        assert client.post(path).status_code == 405


def test_without_a_store_there_is_a_reason(tmp_path: Path, filled: World) -> None:
    def away() -> SqlStore:
        raise CuratorError("the store failed", "sqlite:///<b>", "see that it runs")

    parts = Parts(filled.inbox, "s", 1, lambda: None, lambda: "", Dashboard(away, lambda _name, _number: None))  # type: ignore[arg-type]
    client = create_app(parts).test_client()
    current_page = page(client, "/", 503)
    assert "the store failed (sqlite:///<b>): see that it runs" in current_page.words


def test_matplotlib_is_loaded_by_charts_alone(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.fakes.world import World; from tests.web.filled import *;"
        "folder = Path(sys.argv[1]); world = World(folder); client = application(world, folder).test_client();"
        "assert client.get('/').status_code == 200; before = 'matplotlib' in sys.modules;"
        "client.get('/charts/days-light.svg'); print(before, 'matplotlib' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert done.stdout.split() == ["False", "True"]


def test_the_last_days_have_no_gaps() -> None:
    assert last_days([]) == []
    assert last_days([("2026-11-22", 3)])[0] == ("2026-11-16", 0)
    shown = last_days([("2026-01-01", 1), ("2026-11-02", 2), ("2026-11-22", 3)])
    assert (len(shown), shown[0], shown[-1]) == (30, ("2026-10-24", 0), ("2026-11-22", 3))
    assert ("2026-11-02", 2) in shown


def test_scores_are_those_that_are_numbers() -> None:
    scores = {"ents_f": 0.5, "ents_p": None, "ents_r": True, "x_f": "no", "spans_events_f": 1, "speed": 3.0}
    assert [(score.name, score.precision, score.recall, score.f) for score in model_scores(scores)] == [
        ("entities", None, None, 0.5),
        ("events", None, None, 1.0),
    ]
