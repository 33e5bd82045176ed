"""A file that is pulled costs the same whatever versions and documents there are beside it."""

from collections.abc import Iterator

import pytest
from flask import Flask

from curator.domain.dataset_ref import DatasetRef
from curator.domain.token import Scope
from curator.steps.datasets.tags import tag_version
from curator.steps.in_force.tokens import issue
from tests.fakes.world import World
from tests.growth.counting import Cost, counted
from tests.growth.filled import SIZES, annotate, filled
from tests.web.filled import export
from tests.web.pulled import pull_application

VERSION = "/api/v1/datasets/news/versions"
PATHS = (
    f"{VERSION}/1",
    f"{VERSION}/1/manifest",
    f"{VERSION}/1/files/train.jsonl",
    f"{VERSION}/stable/files/train.jsonl",
    "/api/v1/datasets/none/versions/1",
)


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[World, Flask, str]]]:
    """So many documents, and a sixth as many versions, tokens and settings of a tag."""
    folder = tmp_path_factory.mktemp("pull")
    sites = []
    for size in SIZES:
        world = filled(folder / str(size), size)
        for number in range(size // 6):
            version = export(world, folder / str(size) / "exports").version
            assert version == number + 1
            annotate(world, number, misfit=not number % 3)
            tag_version(world.store, DatasetRef("news", version), "stable")
            _, token = issue(world.store, str(number), Scope.API, 1)
        sites.append((world, pull_application(world, folder / str(size), open_to_this_machine=False), token))
    yield sites
    for world, _, _ in sites:
        world.close()


def cost_of(site: tuple[World, Flask, str], path: str) -> Cost:
    world, app, token = site
    with counted(world.sql.engine) as cost:
        answer = app.test_client().get(path, headers={"Authorization": f"Bearer {token}"}, buffered=True)
    assert answer.status_code == (404 if "none" in path else 200)
    return cost


@pytest.mark.parametrize("path", PATHS)
def test_what_is_asked_for_one_version_costs_the_same_at_any_size(
    sites: list[tuple[World, Flask, str]], path: str
) -> None:
    small, large = (cost_of(site, path) for site in sites)
    assert small.rows_read
    assert large.within(small), f"{small} grew to {large}"
    assert not large.rows_written


def test_a_listing_asks_as_many_statements_at_any_size(sites: list[tuple[World, Flask, str]]) -> None:
    small, large = (cost_of(site, "/api/v1/datasets") for site in sites)
    assert len(large.statements) == len(small.statements)
