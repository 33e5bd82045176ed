"""`curator serve` in a process of its own, as it is in use."""

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from curator.bootstrap.context import Context
from curator.bootstrap.init import init
from curator.bootstrap.workspace import Workspace
from curator.steps.desk.publish import HOOK_PATH, SECRET_HEADER
from tests.conftest import ROOT, free_port
from tests.waiting import HANG_SECONDS, wait_until


class Serving:
    """`curator serve` on a workspace, taking bodies of up to a megabyte; `settings` are set in its environment."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.settings = {f"CURATOR_{name}": value for name, value in {"HOOK__MAX_BODY_MB": "1", **settings}.items()}
        self.workspace = Workspace(folder / "workspace")
        init(Context(self.workspace, ROOT / "configs" / "curator.toml"), lambda _: None)
        self.port = free_port()
        self.log = folder / "serve.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "curator",
            "--workspace",
            str(self.workspace.root),
            "serve",
            "--port",
            str(self.port),
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, **self.settings},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._ready)

    def _ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.get("/readyz") == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """End the server, its workers and its applier as a power cut would."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def get(self, path: str) -> int:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=HANG_SECONDS, trust_env=False).status_code

    @property
    def secret(self) -> str:
        """The hook's secret, of which the workspace has a copy once the hook runs."""
        shared = self.workspace.shared_secrets()
        assert shared is not None
        return shared.hook_secret

    def post(self, content: Any, secret: str | None = "right") -> tuple[int, str]:
        """Send a delivery and return the answer's status and the delivery's id.

        Sends the body to its end before it reads anything, as Label Studio does.
        """
        headers = {}
        if secret is not None:
            headers[SECRET_HEADER] = self.secret if secret == "right" else secret
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=HANG_SECONDS)) as connection:
            connection.request("POST", HOOK_PATH, content, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read()).get("delivery", "")

    def deliveries(self) -> dict[str, tuple[str, str]]:
        """Return state and cause of every delivery in the inbox, by id."""
        with closing(sqlite3.connect(self.workspace.inbox)) as connection:
            rows = connection.execute("SELECT id, state, cause FROM delivery").fetchall()
        return {row[0]: (row[1], row[2]) for row in rows}

    @contextmanager
    def locked_store(self) -> Iterator[None]:
        """Hold the main store as its only writer."""
        with closing(sqlite3.connect(self.workspace.store, timeout=HANG_SECONDS, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
