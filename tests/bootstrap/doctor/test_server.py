import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.doctor import server


def test_a_label_studio_that_does_not_answer_is_a_fault_with_its_remedy(
    configured: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    check = server.label_studio(configured)
    assert not check.ok
    assert "http://127.0.0.1:1" in check.detail
    assert check.remedy
