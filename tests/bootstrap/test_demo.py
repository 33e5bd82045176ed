from pathlib import Path

import pytest

from curator.bootstrap.addresses import is_embedded
from curator.bootstrap.context import Context
from curator.bootstrap.databases import is_own_file
from curator.bootstrap.demo import apart


def test_the_demo_has_nothing_in_common_with_the_users_work(
    configured: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://labels.example.org")
    monkeypatch.setenv("CURATOR_DATABASE__URL", "postgresql://no/no")
    monkeypatch.setenv("CURATOR_TRAIN__MIN_TRAIN", "7")
    own = apart(configured)
    root: Path = configured.workspace.root / "demo"
    assert own.workspace.root == root
    assert own.settings.export.path == root / "exports"
    assert is_embedded(own)
    assert is_own_file(own)
    assert own.settings.train.min_train == 7
    assert not is_embedded(configured)
