"""The hook as a process of its own beside `up`."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx

from curator.bootstrap.addresses import reached_at
from curator.bootstrap.context import Context
from curator.bootstrap.private_files import open_private
from curator.bootstrap.tokens import refuse_pages_without_token
from curator.domain.errors import CuratorError, SettingsError
from curator.label_studio import processes

_READY_SECONDS = 60.0
_POLL_SECONDS = 0.2


class HookProcess:
    """Runs `curator serve`; one that an earlier, killed `up` left behind is ended first."""

    def __init__(self, context: Context, port: int) -> None:
        self._context = context
        self._port = port
        self._host = context.settings.hook.host
        self._log = context.workspace.hook_log
        self._state = context.workspace.root / "hook.json"
        self._process: subprocess.Popen[bytes] | None = None
        self._created = 0.0

    def end_orphan(self) -> None:
        """End what an earlier `up` of this workspace left running."""
        try:
            state = json.loads(self._state.read_text(encoding="utf-8"))
            pid, created = int(state["pid"]), float(state["created"])
        except (OSError, ValueError, LookupError, TypeError):
            return
        processes.end_group(pid, created, grace=10.0)
        for verbose in (False, True):
            processes.end_by_command(self._command(verbose))
        self._state.unlink(missing_ok=True)

    def start(self) -> None:
        """Start the hook and return once it is ready.

        Raises CuratorError where it is not in time, a port is taken, or no token opens pages beyond this machine.
        """
        listened_ports(self._context, self._host, self._port, "--hook-port")
        refuse_pages_without_token(self._context, self._host, self._port)
        with open_private(self._log, "ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command: settings are its arguments, no shell
                self._command(self._context.verbose),
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._created = processes.created_at(self._process.pid)
        with open_private(self._state, "w") as state:
            json.dump({"pid": self._process.pid, "created": self._created}, state)
        self._wait()

    def _command(self, verbose: bool) -> list[str | Path]:
        context = self._context
        where: list[str | Path] = ["--workspace", context.workspace.root, "--config", context.config]
        what = ["serve", "--host", self._host, "--port", str(self._port)]
        return [sys.executable, "-m", "curator", *(["-v"] if verbose else []), *where, *what]

    def _environment(self) -> dict[str, str]:
        # The hook reads the settings anew; these may not be what the file says.
        settings = self._context.settings
        return {
            **os.environ,
            "CURATOR_LABEL_STUDIO__URL": settings.label_studio.url,
            "CURATOR_DATABASE__URL": settings.database.url.get_secret_value(),
            "CURATOR_EXPORT__PATH": str(settings.export.path),
        }

    def _wait(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        url = f"http://{reached_at(self._host, self._port)}/readyz"
        reason = "no answer"
        while time.monotonic() < deadline and self.alive():
            try:
                answer = httpx.get(url, timeout=5.0, trust_env=False)
            except httpx.TransportError:
                time.sleep(_POLL_SECONDS)
                continue
            if answer.status_code == httpx.codes.OK:
                return
            reason = str(answer.json().get("reason", answer.status_code))
            time.sleep(_POLL_SECONDS)
        self.stop()
        raise CuratorError(f"the hook did not start: {reason}", str(self._log), "see the log")

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """End the hook. Idempotent."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            processes.end_group(process.pid, self._created, grace=10.0)
        process.wait()
        processes.end_by_command(self._command(self._context.verbose))
        self._state.unlink(missing_ok=True)


def listened_ports(context: Context, host: str, port: int, option: str) -> list[int]:
    """Return the ports that the hook listens on: all of it, and where configured what Label Studio calls alone.

    Raises CuratorError where one is taken, naming the option that chooses another.
    """
    refuse_taken_port(host, port, option)
    alone = context.settings.hook.webhook_port
    if not alone:
        return [port]
    if alone == port:
        what, remedy = "hook.webhook_port is the port of the pages, too", f"choose another, or another `{option}`"
        raise SettingsError(what, str(port), remedy, name="hook.webhook_port")
    refuse_taken_port(host, alone, "hook.webhook_port")
    return [port, alone]


def refuse_taken_port(host: str, port: int, option: str) -> None:
    """Raise CuratorError where something listens on a port, naming it and the option that chooses another."""
    try:
        taken = processes.port_taken(host, port)
    except OSError as error:
        raise CuratorError(f"cannot listen on port {port}: {error.strerror}", host, "choose another address") from error
    if taken:
        holder = processes.listener(port)
        what = f"port {port} is taken" + (f" by {holder}" if holder else "")
        raise CuratorError(what, host, f"stop what holds it, or choose another with `{option}`")
