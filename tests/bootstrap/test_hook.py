import threading
from pathlib import Path

import pytest

from curator.bootstrap import applier
from curator.bootstrap.applier import Applier
from curator.bootstrap.context import Context
from curator.bootstrap.init import init
from curator.bootstrap.receiving import drop_old_bodies, open_receiver, sync
from curator.bootstrap.stores import open_inbox
from curator.bootstrap.workspace import Workspace
from curator.domain.errors import CuratorError, ServerUnreachable
from curator.steps.desk.receive import Receiver
from tests.conftest import ROOT
from tests.waiting import wait_until


def made(folder: Path) -> Context:
    """Return the context of a workspace that was just made."""
    context = Context(Workspace(folder / "workspace"), Path("configs/curator.toml"))
    init(context, lambda _: None)
    return context


def start(made: Applier) -> None:
    """Let an applier run beside the test, in a thread."""
    threading.Thread(target=made.run, daemon=True).start()


@pytest.mark.parametrize("error", [ServerUnreachable("away"), RuntimeError("unforeseen")], ids=["away", "unforeseen"])
def test_deliveries_are_applied_once_what_hindered_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(applier, "_PAUSE_SECONDS", 0.01)
    raised: list[Exception] = []
    counted: list[bool] = []
    context = made(tmp_path)
    with open_receiver(context, lambda _: None) as receiver:

        def failing_at_first() -> Receiver:
            if not raised:
                raised.append(error)
                raise error
            return receiver

        receiver.inbox.put(b'{"action": "LABEL_LINK_CREATED"}')
        start(Applier(receiver.inbox, failing_at_first, lambda: False, lambda: counted.append(True), threading.Event()))
        wait_until(lambda: receiver.inbox.counts()["dead"] and counted)
    assert raised == [error]


def test_old_bodies_are_dropped_while_nothing_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("CURATOR_HOOK__KEEP_BODIES_DAYS", "0")
    context = made(tmp_path)
    with open_inbox(context) as inbox:
        for number in range(250):
            inbox.settle(inbox.put(b"secret %d" % number), "applied", "")
        never = lambda: pytest.fail("nothing waits")  # noqa: E731
        start(Applier(inbox, never, lambda: drop_old_bodies(context, inbox), lambda: None, threading.Event()))
        wait_until(lambda: all(delivery.sha256 for delivery in inbox.recent(300)))


def test_a_sync_drops_old_bodies_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("CURATOR_HOOK__KEEP_BODIES_DAYS", "0")
    context = made(tmp_path)
    with open_inbox(context) as inbox:
        inbox.settle(inbox.put(b"secret"), "applied", "")
        with pytest.raises(CuratorError, match="no project yet"):
            sync(context, False, False, lambda _: None, lambda *_: None)
        assert inbox.recent(1)[0].sha256
