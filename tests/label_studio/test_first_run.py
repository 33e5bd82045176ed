"""A first start of the real Label Studio that is cut off in its migrations."""

import os
import signal
import threading
from pathlib import Path

from curator.label_studio.client import LabelStudioServer
from curator.label_studio.server import EmbeddedServer, FirstUser, ServerNotStarted
from tests.conftest import EXECUTABLE, free_port
from tests.waiting import HANG_SECONDS, wait_until

TOKEN = "b" * 40


def test_a_first_run_killed_in_its_migrations_is_taken_up_again(tmp_path: Path) -> None:
    port = free_port()

    def server() -> EmbeddedServer:
        return EmbeddedServer(
            EXECUTABLE,
            tmp_path,
            FirstUser("a@example.org", "first-password", TOKEN),
            port=port,
            timeout=HANG_SECONDS,
        )

    first = server()
    failures: list[ServerNotStarted] = []

    def start() -> None:
        try:
            first.start()
        except ServerNotStarted as error:
            failures.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    database = tmp_path / "studio" / "label_studio.sqlite3"
    wait_until(lambda: failures or (database.exists() and database.stat().st_size >= 100_000))
    assert first._process is not None
    os.kill(first._process.pid, signal.SIGKILL)
    thread.join()
    assert "ended while it started (status -9)" in str(failures[0])
    with server() as second:
        client = LabelStudioServer("test", second.url, TOKEN)
        assert client.whoami() == "a@example.org"
        client.close()
