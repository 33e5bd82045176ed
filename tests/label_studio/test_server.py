"""The embedded server's process, with a stand-in for Label Studio; other tests run the real one."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from curator.label_studio import processes
from curator.label_studio.server import EmbeddedServer, FirstUser, ServerNotStarted
from tests.conftest import free_port
from tests.waiting import HANG_SECONDS

TOKEN = "a" * 40
STAND_IN = """#!{python}
import http.server, os, pathlib, signal, sys

mode = os.environ["MODE"]
data = pathlib.Path(os.environ["LABEL_STUDIO_BASE_DATA_DIR"])
port = int(sys.argv[sys.argv.index("--port") + 1])
if mode == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if mode == "dies":
    sys.exit("token " + os.environ["LABEL_STUDIO_USER_TOKEN"] + " is no use\\n\\n")
if mode == "silent":
    signal.pause()
print(sorted(os.environ), flush=True)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        good = "Token " + os.environ["LABEL_STUDIO_USER_TOKEN"]
        refused = mode == "refuses" or (data / "half").exists()
        known = self.path == "/health" or (self.headers["Authorization"] == good and not refused)
        self.send_response(200 if known else 401)
        self.end_headers()
        self.wfile.write(b"{{}}")


http.server.HTTPServer(("127.0.0.1", port + (mode == "elsewhere")), Handler).serve_forever()
"""


class Bench:
    """Makes servers on one folder and sees that none is left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "data"
        self.executable = folder / "label-studio"
        self.executable.write_text(STAND_IN.format(python=sys.executable), encoding="utf-8")
        self.executable.chmod(0o755)
        self.port = free_port()
        self.made: list[EmbeddedServer] = []

    def server(self, mode: str = "works", **changed: Any) -> EmbeddedServer:
        options: dict[str, Any] = {"port": self.port, "timeout": HANG_SECONDS, "extra_env": {"MODE": mode}}
        made = EmbeddedServer(
            changed.pop("executable", self.executable),
            self.folder,
            FirstUser("a@b.fr", "first-password", TOKEN),
            **(options | changed),
        )
        self.made.append(made)
        return made

    def pid(self) -> int:
        return int(json.loads((self.folder / "server.json").read_text())["pid"])


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    for server in made.made:
        server.stop(grace=1.0)


def failure(server: EmbeddedServer) -> str:
    with pytest.raises(ServerNotStarted) as raised:
        server.start()
    assert not server.alive()
    assert TOKEN not in str(raised.value)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_it_starts_answers_and_stops_again_and_again(bench: Bench) -> None:
    server = bench.server()
    waits: list[int] = []
    for _ in range(2):
        server.start(lambda done, _total: waits.append(done))
        server.start()
        assert server.alive()
        assert httpx.get(server.url + "/health", trust_env=False).status_code == 200
        pid = bench.pid()
        assert os.getsid(pid) == pid
        server.stop()
        server.stop()
        assert not server.alive()
        assert not psutil.pid_exists(pid)
        assert not (bench.folder / "server.json").exists()
        assert waits


def test_its_environment_is_its_own(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid")
    monkeypatch.setenv("LABEL_STUDIO_HOST", "http://elsewhere.invalid")
    with bench.server() as server:
        log = server.log.read_text()
    assert "SENTRY_DSN" in log
    assert "HTTP_PROXY" not in log
    assert "LABEL_STUDIO_HOST" not in log


def test_a_server_that_ignores_the_polite_way_is_ended_by_force(bench: Bench) -> None:
    server = bench.server("stubborn")
    server.start()
    pid = bench.pid()
    server.stop(grace=0.3)
    assert not psutil.pid_exists(pid)


def test_without_an_executable_it_says_what_to_run(bench: Bench) -> None:
    assert failure(bench.server(executable=bench.folder / "none")).endswith("run `make install`")
    broken = bench.executable.with_name("broken")
    broken.write_text("#!/no/such/interpreter\n")
    broken.chmod(0o755)
    assert failure(bench.server(executable=broken)).endswith("run `make install`")


def test_a_taken_port_is_named_with_its_holder(bench: Bench) -> None:
    with socket.create_server(("127.0.0.1", bench.port)):
        message = failure(bench.server())
    assert f"port {bench.port} is taken" in message
    assert f"process {os.getpid()}" in message
    assert message.endswith("choose another with `--port`")


def test_a_server_on_another_port_means_that_the_port_is_taken(bench: Bench) -> None:
    assert f"port {bench.port} is taken" in failure(bench.server("elsewhere"))


def test_a_death_at_the_start_is_reported_with_its_last_words(bench: Bench) -> None:
    message = failure(bench.server("dies"))
    assert "token … is no use" in message
    assert "label-studio.log" in message


def test_a_start_that_never_ends_is_given_up(bench: Bench) -> None:
    assert "did not start in 1 seconds" in failure(bench.server("silent", timeout=1.0))


def test_a_refused_token_is_reported_and_the_data_stay(bench: Bench) -> None:
    with bench.server():
        pass
    assert "refuses the token" in failure(bench.server("refuses"))
    assert [path.name for path in bench.folder.glob("studio*")] == ["studio"]


def test_a_folder_never_touched_before_is_not_tried_twice(bench: Bench) -> None:
    assert "refuses the token" in failure(bench.server("refuses"))
    assert [path.name for path in bench.folder.glob("studio*")] == ["studio"]


def test_remains_of_a_first_run_that_do_not_work_are_moved_aside(bench: Bench) -> None:
    studio = bench.folder / "studio"
    studio.mkdir(parents=True)
    (studio / "half").touch()
    with bench.server() as server:
        assert server.alive()
    (aside,) = bench.folder.glob("studio.unfinished-*")
    assert (aside / "half").exists()
    with bench.server():
        assert len(list(bench.folder.glob("studio.unfinished-*"))) == 1


def test_remains_of_a_first_run_that_work_are_used(bench: Bench) -> None:
    studio = bench.folder / "studio"
    studio.mkdir(parents=True)
    (studio / "database").touch()
    with bench.server():
        assert (studio / "database").exists()


def test_a_second_server_on_the_same_folder_is_refused(bench: Bench) -> None:
    with bench.server() as first:
        assert "run here by another curator" in failure(bench.server(port=free_port()))
        assert first.alive()


ORPHAN_MAKER = """
import os, signal, sys
from pathlib import Path
from curator.label_studio.server import EmbeddedServer, FirstUser
user = FirstUser("a@b.fr", "first-password", sys.argv[3])
server = EmbeddedServer(Path(sys.argv[1]), Path(sys.argv[2]), user, port=int(sys.argv[4]), extra_env={"MODE": "works"})
server.start()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_curator_left_running_is_ended_first(bench: Bench) -> None:
    arguments = [str(bench.executable), str(bench.folder), TOKEN, str(bench.port)]
    killed = subprocess.run([sys.executable, "-c", ORPHAN_MAKER, *arguments], check=False)
    assert killed.returncode == -signal.SIGKILL
    orphan = bench.pid()
    assert psutil.pid_exists(orphan)
    with bench.server():
        assert bench.pid() != orphan
        assert not processes.still_runs(orphan, 0.0)
        assert not psutil.pid_exists(orphan) or psutil.Process(orphan).status() == psutil.STATUS_ZOMBIE


def test_a_process_that_was_given_the_number_of_ours_is_let_be(bench: Bench) -> None:
    bench.folder.mkdir()
    innocent = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"], start_new_session=True)
    try:
        state = {"pid": innocent.pid, "created": time.time() - 3600, "port": bench.port}
        (bench.folder / "server.json").write_text(json.dumps(state))
        with bench.server():
            assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


@pytest.mark.parametrize("note", ["", "[]", '{"pid": "x"}', '{"pid": 1}'])
def test_a_note_that_was_cut_off_does_no_harm(bench: Bench, note: str) -> None:
    bench.folder.mkdir()
    (bench.folder / "server.json").write_text(note)
    with bench.server() as server:
        assert server.alive()
