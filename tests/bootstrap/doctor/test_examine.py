from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.doctor.examine import examine


def test_independent_checks_are_made_also_where_all_others_fail(
    configured: Context, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CURATOR_HOOK__PUBLIC_URL", "http://127.0.0.1:1")
    (folder / "configs" / "labels.yaml").unlink()
    checks = {check.name: check.ok for check in examine(configured)}
    assert checks == {
        "label schema": False,
        "workspace": True,
        "Label Studio": False,
        "hook": False,
        "deliveries": True,
    }
