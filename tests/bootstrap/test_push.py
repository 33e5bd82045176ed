import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.push import push
from curator.bootstrap.stores import open_store
from curator.domain.errors import ServerUnreachable
from curator.steps.in_force.identity import marker
from curator.steps.in_force.schema import schema_in_force
from tests.fakes.parts import silent


def test_a_push_that_failed_has_the_marker_made_up_and_no_schema_in_force(
    configured: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__TOKEN", "t")
    with pytest.raises(ServerUnreachable):
        push(configured, lambda _: None, silent)
    with open_store(configured) as store:
        with store.reading() as transaction:
            assert schema_in_force(transaction.settings) is None
            kept = transaction.settings.get("workspace")
        assert marker(store) == f"curator:{kept}"
