"""How versions are named: by number or by tag."""

import pytest

from curator.domain.dataset_ref import DatasetRef, TagRef, dataset_ref, tag_name, version_name
from curator.domain.errors import CuratorError


def test_a_version_is_named_by_its_number_or_by_a_tag() -> None:
    assert version_name("my.news@12") == version_name("my.news@v12") == DatasetRef("my.news", 12)
    assert version_name("news@stable-2.1") == TagRef("news", "stable-2.1")
    assert str(version_name("news@stable")) == "news@stable"
    with pytest.raises(CuratorError, match="names no dataset version"):
        dataset_ref("news@stable")


@pytest.mark.parametrize("name", ["", "news", "@1", "news@", "news@a/b", "news@..", "news@-x", "news@a b", "news@²"])
def test_anything_else_names_none(name: str) -> None:
    with pytest.raises(CuratorError, match="names no dataset version"):
        version_name(name)


@pytest.mark.parametrize("name", ["1", "v1", "007", "a@b", "a/b", "", ".x", "a\nb", "é", "a" * 101])
def test_what_could_be_a_number_or_a_path_is_no_tag(name: str) -> None:
    with pytest.raises(CuratorError, match="no name for a tag"):
        tag_name(name)


def test_tags_may_hold_what_names_of_datasets_may() -> None:
    assert [tag_name(name) for name in ("stable", "v1.0", "2026-11", "a" * 100)] == [
        "stable",
        "v1.0",
        "2026-11",
        "a" * 100,
    ]
