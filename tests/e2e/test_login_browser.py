"""Logging in and out in a real browser, at a hook that others can reach, through a proxy that rewrites Host."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from curator.bootstrap.context import Context
from curator.bootstrap.stores import open_store
from curator.domain.token import Scope
from curator.steps.in_force.tokens import issue, revoke
from tests.conftest import ROOT, free_port
from tests.e2e.browser import chromium  # noqa: F401 - a fixture
from tests.web.relay import relaying
from tests.web.serving import Serving


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    folder = tmp_path_factory.mktemp("login")
    serving = Serving(folder, HOOK__PUBLIC_URL="http://127.0.0.1", ML__CONNECT="false")
    serving.port = free_port()
    try:
        serving.start()
        with relaying(serving.port) as port:
            (folder / "url").write_text(f"http://localhost:{port}")
            yield Context(serving.workspace, ROOT / "configs" / "curator.toml")
    finally:
        serving.kill()


@pytest.fixture
def page(context: Context, chromium: Browser) -> Iterator[Page]:  # noqa: F811
    url = (context.workspace.root.parent / "url").read_text()
    opened = chromium.new_context(base_url=url)
    page = opened.new_page()
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # An answer that is no page names no icon, for which the browser then asks by itself.
        if not message.location["url"].endswith("/favicon.ico"):
            complaints.append(f"{message.text} {message.location['url']}")

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    opened.close()
    # A refusal is told of, and nothing else.
    assert not [text for text in complaints if "401" not in text and "403" not in text]


def log_in(page: Page, secret: str) -> None:
    page.fill("#token", secret)
    page.click("form.login button")


def test_a_reader_logs_in_reads_on_and_logs_out(page: Page, context: Context) -> None:
    with open_store(context) as store:
        _, secret = issue(store, "ada", Scope.PAGES, 1)
    page.goto("/documents?state=waiting")
    assert page.inner_text("h1") == "Log in"
    log_in(page, "curator_wrong")
    assert "not known" in page.inner_text("[role=alert]")
    log_in(page, secret)
    assert page.url.endswith("/documents?state=waiting")
    assert page.inner_text("h1") != "Log in"
    page.click("nav >> text=Overview")
    assert page.inner_text("h1") == "Overview"
    # No script of a page could read it.
    assert page.evaluate("document.cookie") == ""
    page.click("nav >> text=Log-in")
    assert "ada" in page.inner_text("main")
    page.click("text=Log out")
    assert page.inner_text("h1") == "Log in"
    page.goto("/")
    assert page.inner_text("h1") == "Log in"


def test_a_session_ends_with_its_token(page: Page, context: Context) -> None:
    with open_store(context) as store:
        token, secret = issue(store, "bob", Scope.PAGES, 1)
        page.goto("/")
        log_in(page, secret)
        assert page.inner_text("h1") == "Overview"
        revoke(store, token.id)
    page.reload()
    assert page.inner_text("h1") == "Log in"


@pytest.mark.parametrize("width", [360, 1280])
def test_the_log_in_fits_and_works_by_keyboard(page: Page, context: Context, width: int) -> None:
    with open_store(context) as store:
        _, secret = issue(store, "eve", Scope.PAGES, 1)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/login")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert page.evaluate("document.activeElement.id") == "token"
    page.keyboard.type(secret)
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Overview')")


def test_a_form_of_another_site_does_not_log_in(page: Page, context: Context, tmp_path: Path) -> None:
    with open_store(context) as store:
        _, secret = issue(store, "mallory", Scope.PAGES, 1)
    url = (context.workspace.root.parent / "url").read_text()
    evil = tmp_path / "evil.html"
    form = f'<form method=post action="{url}/login"><input name=token value="{secret}"><button>Win</button></form>'
    evil.write_text(form, encoding="utf-8")
    page.goto(evil.as_uri())
    with page.expect_response("**/login") as answer:
        page.click("button")
    assert answer.value.status == 403
    page.goto("/")
    assert page.inner_text("h1") == "Log in"
