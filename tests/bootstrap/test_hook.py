from collections import Counter
from pathlib import Path

import pytest

from curator.bootstrap import hook
from curator.bootstrap.application import Application
from curator.bootstrap.workspace import Workspace
from curator.domain.errors import ServerUnreachable
from curator.settings import read_settings
from tests.conftest import ROOT
from tests.waiting import wait_until


@pytest.mark.parametrize("error", [ServerUnreachable("away"), RuntimeError("unforeseen")], ids=["away", "unforeseen"])
def test_deliveries_are_applied_once_what_hindered_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(hook, "_PAUSE_SECONDS", 0.01)
    config = Path("configs/curator.toml")
    application = Application(read_settings(config), Workspace(tmp_path), config)
    receiver = application.receiver
    raised: list[Exception] = []

    class FailingAtFirst:
        def drain(self) -> Counter[str]:
            if not raised:
                raised.append(error)
                raise error
            return receiver.drain()

    monkeypatch.setattr(application, "receiver", FailingAtFirst())
    application.inbox.put(b'{"action": "LABEL_LINK_CREATED"}')
    hook.Applier(application).start()
    wait_until(lambda: application.inbox.counts()["dead"])
    assert raised == [error]
