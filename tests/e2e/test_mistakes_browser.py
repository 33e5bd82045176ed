"""The page of mistakes in a real browser, opened from a file as somebody does whom it was sent to."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import chromium  # noqa: F401 - a fixture
from tests.e2e.test_dashboard_browser import TEXT as WORDS
from tests.e2e.test_dashboard_browser import Visit, visiting
from tests.web.filled import EVIL, HOSTILE
from tests.web.test_mistakes_page import CLOSING, FOUND, GOLD, TEXT, document, rendered, span

TEXTS = (HOSTILE, CLOSING, EVIL)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    hostile = [
        document(text, [span(0, 3)], [span(0, 5, text)], name=text, id=f"h{at}") for at, text in enumerate(TEXTS)
    ]
    path: Path = tmp_path_factory.mktemp("page") / "mistakes.html"
    path.write_text(rendered(document(TEXT, FOUND, GOLD), *hostile, pipeline=EVIL), encoding="utf-8")
    return path.as_uri()


def shown(visit: Visit) -> Visit:
    visit.page.goto(visit.url, wait_until="networkidle")
    return visit


def test_nothing_is_fetched_and_hostile_texts_are_shown_as_they_are(chromium: Browser, url: str) -> None:  # noqa: F811
    with visiting(chromium, url) as visit:
        asked: list[str] = []
        visit.page.on("request", lambda request: asked.append(request.url))
        page = shown(visit).page
        assert asked == [url]
        assert page.title() == f"Mistakes of {EVIL} – curator"
        assert [element.evaluate(WORDS) for element in page.query_selector_all(".text")] == [
            text for text in (TEXT, *TEXTS) for _ in ("found", "gold")
        ]


def test_a_policy_would_stop_what_escaping_had_missed(chromium: Browser, url: str) -> None:  # noqa: F811
    context = chromium.new_context()
    page = context.new_page()
    page.goto(url)
    # The handler in the text would run before the listener does.
    page.evaluate("""() => new Promise(done => {
      document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="document.title=1">');
      document.body.lastElementChild.addEventListener('error', () => done());
    })""")
    assert page.title().startswith("Mistakes of")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground_in_both_colour_schemes(chromium: Browser, url: str, scheme: str) -> None:  # noqa: F811
    with visiting(chromium, url, scheme=scheme) as visit:
        shown(visit)
        for ink, ground in (("body", "body"), (".legend", "body"), ("thead th", ".scroll"), (".text", ".side")):
            assert contrast(visit.colour(ink, "color"), visit.colour(ground, "backgroundColor")) >= 4.5


def contrast(first: tuple[float, float, float], second: tuple[float, float, float]) -> float:
    """Return the contrast of two colours as WCAG measures it, from 1 to 21."""
    low, high = sorted(map(luminance, (first, second)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: tuple[float, float, float]) -> float:
    parts = (channel / 255 for channel in colour)
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_never_scrolls_sideways(chromium: Browser, url: str, width: int) -> None:  # noqa: F811
    with visiting(chromium, url, width) as visit:
        assert shown(visit).page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_keyboard_folds_the_mistakes_and_scrolls_the_tables(chromium: Browser, url: str) -> None:  # noqa: F811
    with visiting(chromium, url) as visit:
        page = shown(visit).page
        names = []
        for _ in range(3):
            page.keyboard.press("Tab")
            names.append(page.evaluate("document.activeElement.ariaLabel || document.activeElement.textContent"))
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        assert names == ["Scores", "5 mistakes", "Mistakes in Titre"]
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("document.querySelector('details').open") is False
