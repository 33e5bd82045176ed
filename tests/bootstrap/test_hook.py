from pathlib import Path

import pytest

from curator.bootstrap import hook
from curator.bootstrap.context import Context
from curator.bootstrap.init import init
from curator.bootstrap.receiving import open_receiver
from curator.bootstrap.workspace import Workspace
from curator.domain.errors import ServerUnreachable
from curator.steps.desk.receive import Receiver
from tests.conftest import ROOT
from tests.waiting import wait_until


@pytest.mark.parametrize("error", [ServerUnreachable("away"), RuntimeError("unforeseen")], ids=["away", "unforeseen"])
def test_deliveries_are_applied_once_what_hindered_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(hook, "_PAUSE_SECONDS", 0.01)
    raised: list[Exception] = []
    context = Context(Workspace(tmp_path), Path("configs/curator.toml"))
    init(context, lambda _: None)
    with open_receiver(context, lambda _: None) as receiver:

        def failing_at_first() -> Receiver:
            if not raised:
                raised.append(error)
                raise error
            return receiver

        receiver.inbox.put(b'{"action": "LABEL_LINK_CREATED"}')
        hook.Applier(receiver.inbox, failing_at_first).start()
        wait_until(lambda: receiver.inbox.counts()["dead"])
    assert raised == [error]
