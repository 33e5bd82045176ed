"""The client against the server that it is for."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from curator.domain.document import SPLITS
from curator.domain.token import Scope
from curator_client import NotFound, TokenRefused, load_dataset
from curator_client.__main__ import main
from tests.web.pull_site import PullSite, serving_pull_site

DOCUMENTS = 40


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PullSite]:
    with serving_pull_site(tmp_path_factory.mktemp("site"), DOCUMENTS) as site:
        yield site


def records(site: PullSite, number: int, split: str) -> list[object]:
    return [json.loads(line) for line in site.file(number, f"{split}.jsonl").read_bytes().splitlines()]


def test_a_version_is_loaded_by_number_and_by_tag(site: PullSite, cache: Path) -> None:
    for name in ("news@1", "news@stable"):
        version = load_dataset(name, url=site.url, token=site.token, cache=cache)
        assert {split: list(of) for split, of in version.items()} == {
            split: records(site, 1, split) for split in SPLITS
        }
    assert sum(map(len, version.values())) == DOCUMENTS


def test_documents_and_datasets_are_made_of_what_was_loaded(site: PullSite, cache: Path) -> None:
    docs = load_dataset("news@1", url=site.url, token=site.token, cache=cache, to="docs", split="train")
    assert [doc.text for doc in docs] == [record["text"] for record in records(site, 1, "train")]  # type: ignore[index]
    loaded = load_dataset("news@1", url=site.url, token=site.token, cache=cache, to="datasets")
    assert loaded["train"]["text"] == [record["text"] for record in records(site, 1, "train")]  # type: ignore[index]


def test_a_tag_is_followed_and_the_version_before_stays(site: PullSite, cache: Path, tmp_path: Path) -> None:
    site.add(range(DOCUMENTS, DOCUMENTS + 5))
    number = site.export()
    site.tag(number, "newest")
    version = load_dataset("news@newest", url=site.url, token=site.token, cache=cache)
    assert {split: list(of) for split, of in version.items()} == {
        split: records(site, number, split) for split in SPLITS
    }
    given = ["news@newest", "--url", site.url, "--token", site.token, "--out", str(tmp_path / "out")]
    assert main(given) == 0
    assert (tmp_path / "out" / "news" / f"v{number}" / "manifest.json").read_bytes() == site.file(
        number, "manifest.json"
    ).read_bytes()


def test_whoever_may_not_pull_is_told_so(site: PullSite, cache: Path) -> None:
    with pytest.raises(TokenRefused):
        load_dataset("news@1", url=site.url, token=site.issue(Scope.PAGES), cache=cache)
    with pytest.raises(TokenRefused):
        load_dataset("news@1", url=site.url, token="", cache=cache)
    with pytest.raises(NotFound):
        load_dataset("news@99", url=site.url, token=site.token, cache=cache)
