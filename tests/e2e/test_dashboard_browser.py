"""The dashboard in a real browser, served as it is in use."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, Request
from werkzeug.serving import make_server

from curator.domain.canonical import document_id
from tests.e2e.browser import chromium  # noqa: F401 - a fixture
from tests.fakes.world import World
from tests.web.filled import HOSTILE, NESTED, application, fill

PATHS = ("/", "/documents", f"/documents/{document_id(HOSTILE)}", f"/documents/{document_id(NESTED)}")
# The words of a text, without the labels that are drawn between them.
TEXT = "side => [...side.querySelectorAll('.chip')].reduce((all, chip) => (chip.remove(), all), side).textContent"


@dataclass
class Visit:
    """A page with all that the browser complained of."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        answer = self.page.goto(self.url + path, wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200
        return self.page

    def colour(self, selector: str, name: str) -> tuple[float, float, float]:
        """Return a computed colour, each channel from 0 to 255."""
        value = str(self.page.eval_on_selector(selector, f"node => getComputedStyle(node).{name}"))
        red, green, blue = (float(part) for part in value[value.index("(") + 1 : -1].split(",")[:3])
        return red, green, blue


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("browser")
    (folder / "world").mkdir()
    world = World(folder / "world")
    fill(world, folder / "exports")
    server = make_server("127.0.0.1", 0, application(world, folder / "exports"), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    world.close()


@contextmanager
def visiting(browser: Browser, url: str, width: int = 1280, scheme: str = "light") -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    visit = Visit(page, url)
    page.on("console", lambda message: visit.complaints.append(message.text))
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on("dialog", lambda dialog: visit.complaints.append(dialog.message))
    page.on("requestfailed", lambda request: visit.complaints.append(request.url) if _blocked(request) else None)
    yield visit
    context.close()
    # A policy that kept something from running or loading would say so here.
    assert not visit.complaints


def _blocked(request: Request) -> bool:
    # Leaving a page ends what was still on its way.
    return request.failure != "net::ERR_ABORTED"


@pytest.mark.parametrize("path", PATHS)
def test_nothing_runs_and_nothing_is_blocked(chromium: Browser, url: str, path: str) -> None:  # noqa: F811
    with visiting(chromium, url) as visit:
        page = visit.go(path)
        assert page.title().endswith("– curator")
        assert not page.query_selector("script, img[src=x]")
        for image in page.query_selector_all("img"):
            assert image.evaluate("image => image.complete && image.naturalWidth > 0")


def test_hostile_text_is_shown_as_it_is(chromium: Browser, url: str) -> None:  # noqa: F811
    with visiting(chromium, url) as visit:
        page = visit.go(f"/documents/{document_id(HOSTILE)}")
        assert [side.evaluate(TEXT) for side in page.query_selector_all(".text")] == [HOSTILE, HOSTILE]


def test_nested_and_identical_spans_are_drawn_below_each_other(chromium: Browser, url: str) -> None:  # noqa: F811
    with visiting(chromium, url) as visit:
        page = visit.go(f"/documents/{document_id(NESTED)}")
        side = page.query_selector_all(".text")[1]
        assert side.evaluate(TEXT) == NESTED
        bottoms = [line.bounding_box() for line in side.query_selector_all(".mark")]
        # Every line below the first word ends at a height of its own.
        first = [box for box in bottoms if box and abs(box["x"] - bottoms[0]["x"]) < 4]  # type: ignore[index]
        assert len({round(box["y"] + box["height"]) for box in first}) == len(first) >= 2


@pytest.mark.parametrize("path", PATHS)
def test_both_colour_schemes(chromium: Browser, url: str, path: str) -> None:  # noqa: F811
    lightness = {}
    for scheme in ("light", "dark"):
        with visiting(chromium, url, scheme=scheme) as visit:
            page = visit.go(path)
            paper, ink = sum(visit.colour("body", "backgroundColor")), sum(visit.colour("body", "color"))
            assert abs(paper - ink) > 450
            lightness[scheme] = paper
            shown = page.eval_on_selector_all("img", "images => images.map(image => image.currentSrc)")
            assert all(source.endswith(f"-{scheme}.svg") for source in shown)
    assert lightness["light"] > 600 > 150 > lightness["dark"]


@pytest.mark.parametrize("width", [360, 390])
@pytest.mark.parametrize("path", PATHS)
def test_a_phone_never_scrolls_the_page_sideways(chromium: Browser, url: str, path: str, width: int) -> None:  # noqa: F811
    with visiting(chromium, url, width) as visit:
        page = visit.go(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # What is wider scrolls in its container.
        for table in page.query_selector_all("table"):
            assert table.evaluate("table => getComputedStyle(table.closest('.scroll')).overflowX") == "auto"


@pytest.mark.parametrize("path", PATHS)
def test_the_keyboard_reaches_everything(chromium: Browser, url: str, path: str) -> None:  # noqa: F811
    with visiting(chromium, url) as visit:
        page = visit.go(path)
        page.keyboard.press("Tab")
        skip = page.evaluate("(() => { const at = document.activeElement.getBoundingClientRect(); return at.left })()")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert skip >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.goto(url + path)
        wanted = page.evaluate("document.querySelectorAll('a[href]').length")
        reached = set()
        for _ in range(200):
            page.keyboard.press("Tab")
            place = page.evaluate("[...document.querySelectorAll('a[href]')].indexOf(document.activeElement)")
            if place >= 0:
                reached.add(place)
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline == "solid"
            if len(reached) == wanted:
                break
        assert len(reached) == wanted


def test_a_reader_finds_a_document(chromium: Browser, url: str) -> None:  # noqa: F811
    with visiting(chromium, url) as visit:
        page = visit.go("/")
        page.click("text=Waiting")
        page.click("tbody a")
        assert page.inner_text("h1").startswith("Document ")
        page.click("nav >> text=Overview")
        assert page.inner_text("h1") == "Overview"
