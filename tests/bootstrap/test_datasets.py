from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.datasets import decision_rules, export, version_folder
from curator.bootstrap.stores import open_store
from curator.domain.errors import CuratorError
from curator.domain.policy import Policy


def test_the_rules_have_the_settings_policy_and_the_stores_salt(
    configured: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURATOR_EXPORT__NAMED_ANNOTATORS", "true")
    with open_store(configured) as store:
        rules = decision_rules(configured, store)
        assert (rules.policy, rules.named_annotators) == (Policy("latest"), True)
        assert rules.salt
        assert decision_rules(configured, store) == rules


def test_a_version_that_is_not_there_is_reported(configured: Context, folder: Path) -> None:
    with pytest.raises(CuratorError, match="no such version: news@1"):
        version_folder(configured, "news", 1)


def test_an_empty_store_gives_no_version(configured: Context, folder: Path) -> None:
    with pytest.raises(CuratorError, match="no document is reviewed yet"):
        export(configured, "news", None, lambda _: None)
    with pytest.raises(CuratorError, match="the store was empty then"):
        export(configured, "news", "2001-01-01T00:00:00.000000Z", lambda _: None)
    assert not (folder / "exports").exists()
