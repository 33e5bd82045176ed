"""Label Studio on this machine: its process, from the first start on an empty folder to its end."""

import fcntl
import json
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import httpx

from curator.domain.errors import CuratorError
from curator.label_studio import processes
from curator.steps.ports.progress import Progress

_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TZ")
_POLL = 0.25
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - compared with, not bound


class ServerNotStarted(CuratorError):
    """Label Studio could not be started here."""


class _FirstRunBroken(ServerNotStarted):
    """What an earlier start left behind may be why this one failed."""


@dataclass(frozen=True, slots=True)
class FirstUser:
    """The user that Label Studio makes at its first start: log-in, and a legacy token of 40 hexadecimal digits."""

    name: str
    password: str = field(repr=False)
    token: str = field(repr=False)


class EmbeddedServer:
    """A Label Studio of curator's own, in a process group of its own that outlives no `stop`.

    `data_dir` holds `server.json` (process and port), `server.lock`, `label-studio.log` and, in `studio`, all that
    Label Studio keeps. Only one EmbeddedServer at a time runs on a folder.
    """

    def __init__(
        self,
        executable: Path,
        data_dir: Path,
        user: FirstUser,
        *,
        host: str = "127.0.0.1",
        port: int = 8080,
        timeout: float = 300.0,
        extra_env: Mapping[str, str] | None = None,
    ) -> None:
        """Take the executable, a folder, the first user and an address.

        The user counts at the first start on a folder, and must stay the same. `timeout` is the seconds a start may
        take; `extra_env` is added to Label Studio's environment.
        """
        self.executable = executable
        self.data_dir = data_dir.absolute()
        self.host = host
        self.port = port
        self.log = self.data_dir / "label-studio.log"
        self._user = user
        self._timeout = timeout
        self._extra_env = dict(extra_env or {})
        self._studio = self.data_dir / "studio"
        self._complete = self._studio / "first-run-complete"
        self._state = self.data_dir / "server.json"
        self._process: subprocess.Popen[bytes] | None = None
        self._created = 0.0
        self._lock: IO[str] | None = None

    @property
    def url(self) -> str:
        """The address that this machine reaches it at."""
        return f"http://{'127.0.0.1' if self.host == _EVERYWHERE else self.host}:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, progress: Progress | None = None) -> None:
        """Start Label Studio and return once it answers and accepts the token; no-op where it runs already.

        What an earlier run left running here is ended first. Where the first run on the folder was never completed and
        its remains do not work, they are moved aside, and the start is tried once more. `progress` is told the seconds
        waited. Raises ServerNotStarted; nothing is left running then.
        """
        if self.alive():
            return
        if not os.access(self.executable, os.X_OK) or self.executable.is_dir():
            raise ServerNotStarted("Label Studio is not installed", str(self.executable), "run `make install`")
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        # It is ours alone, with the users' passwords and all texts in it.
        self.data_dir.chmod(self.data_dir.stat().st_mode & 0o700)
        self._take_lock()
        try:
            self._end_orphan()
            left_behind = self._studio.exists() and not self._complete.exists()
            try:
                self._run(progress)
            except _FirstRunBroken:
                if not left_behind:
                    raise
                self._end_process()
                self._move_aside()
                self._run(progress)
            self._complete.touch()
        except BaseException:
            self.stop()
            raise

    def stop(self, grace: float = 10.0) -> None:
        """End Label Studio, by force after `grace` seconds. Idempotent."""
        self._end_process(grace)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def alive(self) -> bool:
        """Say whether the process that was started here still runs."""
        return self._process is not None and self._process.poll() is None

    def _take_lock(self) -> None:
        lock = (self.data_dir / "server.lock").open("a")
        try:
            # Freed by the system however this process ends.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            what = "Label Studio is run here by another curator"
            raise ServerNotStarted(what, str(self.data_dir), "use that one, or stop it first") from None
        self._lock = lock

    def _end_orphan(self) -> None:
        try:
            state: Any = json.loads(self._state.read_text(encoding="utf-8"))
            pid, created = int(state["pid"]), float(state["created"])
        except (OSError, ValueError, LookupError, TypeError):
            return  # nothing ran here, or the note of it was cut off: then the port tells
        processes.end_group(pid, created, grace=10.0)

    def _run(self, progress: Progress | None) -> None:
        if processes.port_taken(self.host, self.port):
            raise self._port_taken()
        self._studio.mkdir(mode=0o700, exist_ok=True)
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        self._process = self._launch()
        self._created = processes.created_at(self._process.pid)
        state = {"pid": self._process.pid, "created": self._created, "port": self.port}
        draft = self._state.with_suffix(".json.new")
        draft.write_text(json.dumps(state), encoding="utf-8")
        draft.replace(self._state)
        self._wait(self._process, progress)

    def _launch(self) -> "subprocess.Popen[bytes]":
        command = [
            str(self.executable),
            "start",
            "--no-browser",
            "--port",
            str(self.port),
            "--internal-host",
            self.host,
        ]
        try:
            with open(self.log, "wb", opener=_private) as log:
                return subprocess.Popen(  # noqa: S603 - the executable of the settings, no shell
                    command,
                    env=self._environment(),
                    cwd=self._studio,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    # A Ctrl-C at the terminal is curator's to handle, and the group can be ended as one.
                    start_new_session=True,
                    umask=0o077,
                )
        except OSError as error:
            what = f"Label Studio cannot be run: {error.strerror}"
            raise ServerNotStarted(what, str(self.executable), "run `make install`") from error

    def _wait(self, process: "subprocess.Popen[bytes]", progress: Progress | None) -> None:
        began = time.monotonic()
        if progress is not None:
            progress(0, None)
        with httpx.Client(base_url=self.url, timeout=5.0, trust_env=False) as client:
            while not self._ready(process, client):
                if process.poll() is not None:
                    what = f"Label Studio ended while it started (status {process.returncode}): {self._last_words()}"
                    raise self._failure(what, "see the log")
                waited = time.monotonic() - began
                if waited > self._timeout:
                    raise self._failure(f"Label Studio did not start in {self._timeout:.0f} seconds", "see the log")
                if progress is not None:
                    progress(int(waited), None)
                time.sleep(_POLL)

    def _ready(self, process: "subprocess.Popen[bytes]", client: httpx.Client) -> bool:
        # Label Studio takes the next free port where its own is taken, and another server may be what answers here.
        ports = processes.listened_ports(process.pid)
        if not ports:
            return False
        if self.port not in ports:
            raise self._port_taken()
        try:
            if client.get("/health").status_code != 200:
                return False
            answer = client.get("/api/current-user/whoami", headers={"Authorization": f"Token {self._user.token}"})
        except httpx.TransportError:
            return False
        if answer.status_code == 401:
            remedy = "give the token of its first start, or move the folder away to begin anew"
            raise self._failure("Label Studio runs but refuses the token", remedy, self._studio)
        return answer.status_code == 200

    def _failure(self, what: str, remedy: str, where: Path | None = None) -> ServerNotStarted:
        kind = ServerNotStarted if self._complete.exists() else _FirstRunBroken
        return kind(what, str(where or self.log), remedy)

    def _port_taken(self) -> ServerNotStarted:
        holder = processes.listener(self.port)
        what = f"port {self.port} is taken" + (f" by {holder}" if holder else "")
        return ServerNotStarted(what, self.host, "stop what holds it, or choose another with `--port`")

    def _last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        last = next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
        for secret in (self._user.token, self._user.password):
            last = last.replace(secret, "…") if secret else last
        return last[:200]

    def _end_process(self, grace: float = 10.0) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            processes.end_group(process.pid, self._created, grace)
        process.wait()
        self._state.unlink(missing_ok=True)

    def _move_aside(self) -> None:
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        self._studio.rename(self._studio.with_name(f"studio.unfinished-{moment}"))

    def _environment(self) -> dict[str, str]:
        # Whatever else this process's environment holds, Label Studio might take for a setting or a proxy.
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return kept | {
            "PYTHONUNBUFFERED": "1",
            "LABEL_STUDIO_BASE_DATA_DIR": str(self._studio),
            "LABEL_STUDIO_USERNAME": self._user.name,
            "LABEL_STUDIO_PASSWORD": self._user.password,
            "LABEL_STUDIO_USER_TOKEN": self._user.token,
            "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
            "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
            "COLLECT_ANALYTICS": "false",
            "LATEST_VERSION_CHECK": "false",
            # Empty, not missing: a missing one means the maker's own.
            "SENTRY_DSN": "",
            "FRONTEND_SENTRY_DSN": "",
            # The guards would refuse the hook and the ML backend, which listen on this machine.
            "SSRF_PROTECTION_ENABLED": "false",
            "ML_BLOCK_LOCAL_IP": "false",
            # Without it a bulk import of predictions counts all tasks of the project anew.
            "fflag_fix_back_4620_memory_efficient_predictions_import_08012025_short": "true",
            **self._extra_env,
        }


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
