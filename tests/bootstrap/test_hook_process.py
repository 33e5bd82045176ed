import socket
import subprocess
import sys
from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.hook_process import HookProcess, refuse_taken_port
from curator.bootstrap.workspace import free_ports
from curator.domain.errors import CuratorError
from curator.label_studio import processes
from tests.conftest import ROOT


def test_the_hook_starts_is_ready_and_stops_twice(configured: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("CURATOR_ML__CONNECT", "false")
    configured.workspace.make()
    (port,) = free_ports(1)
    hook = HookProcess(configured, port)
    hook.start()
    try:
        assert hook.alive()
        with pytest.raises(CuratorError, match=f"port {port} is taken") as raised:
            refuse_taken_port("127.0.0.1", port, "--hook-port")
        assert "--hook-port" in raised.value.remedy
    finally:
        hook.stop()
    assert not hook.alive()
    hook.stop()
    refuse_taken_port("127.0.0.1", port, "--hook-port")


def test_a_hook_that_does_not_start_is_reported_with_its_log(configured: Context, folder: Path) -> None:
    context = Context(configured.workspace, folder / "none.toml", given=configured.settings)
    context.workspace.make()
    (port,) = free_ports(1)
    with pytest.raises(CuratorError, match="the hook did not start") as raised:
        HookProcess(context, port).start()
    assert raised.value.where == str(context.workspace.hook_log)
    assert not (context.workspace.root / "hook.json").exists()


def test_up_binds_no_pages_beyond_this_machine_without_a_token(
    configured: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURATOR_HOOK__HOST", "0.0.0.0")  # noqa: S104 - to be refused
    (port,) = free_ports(1)
    hook = HookProcess(configured, port)
    with pytest.raises(CuratorError, match="no token opens them") as raised:
        hook.start()
    assert "curator tokens issue" in raised.value.remedy
    assert not hook.alive()


def test_a_port_to_publish_that_is_taken_is_named_with_its_setting(
    configured: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        monkeypatch.setenv("CURATOR_HOOK__WEBHOOK_PORT", str(taken))
        (port,) = free_ports(1)
        with pytest.raises(CuratorError, match=f"port {taken} is taken") as raised:
            HookProcess(configured, port).start()
    assert "hook.webhook_port" in raised.value.remedy


def test_a_hook_that_a_killed_up_left_behind_is_ended(configured: Context) -> None:
    configured.workspace.make()
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    state = configured.workspace.root / "hook.json"
    created = processes.created_at(left.pid)
    state.write_text(f'{{"pid": {left.pid}, "created": {created}}}', encoding="utf-8")
    HookProcess(configured, 1).end_orphan()
    left.wait(10)
    assert not processes.still_runs(left.pid, created)
    assert not state.exists()


def test_another_process_that_was_given_the_number_is_left_alone(configured: Context) -> None:
    configured.workspace.make()
    innocent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    state = configured.workspace.root / "hook.json"
    state.write_text(f'{{"pid": {innocent.pid}, "created": 1.0}}', encoding="utf-8")
    HookProcess(configured, 1).end_orphan()
    assert innocent.poll() is None
    innocent.kill()
    innocent.wait(10)
