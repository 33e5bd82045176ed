import pytest

from curator.bootstrap.annotators import add_annotator, list_annotators
from curator.bootstrap.context import Context
from curator.domain.errors import CuratorError, ServerUnreachable


@pytest.fixture(autouse=True)
def _away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__TOKEN", "t")


def test_an_address_is_looked_at_before_label_studio_is_asked(configured: Context) -> None:
    with pytest.raises(CuratorError, match="is no e-mail address"):
        add_annotator(configured, "zoé@example.org")
    with pytest.raises(ServerUnreachable):
        add_annotator(configured, "zoe@example.org")


def test_who_labels_is_asked_of_label_studio(configured: Context) -> None:
    with pytest.raises(ServerUnreachable):
        list_annotators(configured)
