"""A page costs the same whatever the store holds, and after a change that change alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from curator.store.views import overview
from tests.fakes.world import World
from tests.growth.counting import Cost, counted
from tests.growth.filled import SIZE, SIZES, annotate, filled, first_document
from tests.waiting import wait_until
from tests.web.filled import application

PAGES = ("/", "/documents", "/documents?state=waiting", f"/documents/{first_document()}", "/readyz", "/labels.css")


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[World, FlaskClient]]]:
    folder = tmp_path_factory.mktemp("pages")
    sites = []
    for size in SIZES:
        world = filled(folder / str(size), size)
        sites.append((world, application(world, folder).test_client()))
    yield sites
    for world, _ in sites:
        world.close()


@pytest.fixture(autouse=True)
def _short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "_PAGE", SIZE // 2)
    monkeypatch.setattr(overview, "_LAST", SIZE // 2)
    # A page waits until all is counted, so that the counting is within what it cost.
    monkeypatch.setattr(overview, "_PATIENCE", 60.0)


def cost_of(site: tuple[World, FlaskClient], page: str) -> Cost:
    world, client = site
    with counted(world.sql.engine) as cost:
        answer = client.get(page)
    assert answer.status_code == 200
    assert "The counting goes on" not in answer.text
    return cost


@pytest.mark.parametrize("page", PAGES)
def test_a_page_costs_the_same_at_any_size(sites: list[tuple[World, FlaskClient]], page: str) -> None:
    small, large = (cost_of(site, page) for site in sites)
    assert large.within(small), f"{small} grew to {large}"


@pytest.mark.parametrize("page", ["/", f"/documents/{first_document()}"])
def test_a_page_after_one_more_annotation_costs_that_one(sites: list[tuple[World, FlaskClient]], page: str) -> None:
    number = PAGES.index(page) > 0
    for (world, _), size in zip(sites, SIZES, strict=True):
        annotate(world, size + number)
    small, large = (cost_of(site, page) for site in sites)
    assert large.within(small), f"{small} grew to {large}"


def test_a_process_that_begins_reads_no_annotation_again(
    sites: list[tuple[World, FlaskClient]], tmp_path: Path
) -> None:
    for world, client in sites:
        assert client.get("/").status_code == 200
        wait_until(lambda world=world: not world.readings.catch_up(0))  # type: ignore[misc]
    begun = [(world, application(world, tmp_path).test_client()) for world, _ in sites]
    small, large = (cost_of(site, "/") for site in begun)
    assert not large.rows_written
    assert large.within(small), f"{small} grew to {large}"
