"""`curator up`: one command from nothing to a project that can be labelled, and back to nothing running."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.conftest import ROOT, free_port
from tests.e2e.conftest import ARTICLES, Curator, environment
from tests.waiting import HANG_SECONDS, wait_until

_NUMBERS = count(1)


@pytest.fixture(scope="module")
def curator(tmp_path_factory: pytest.TempPathFactory) -> Curator:
    folder = tmp_path_factory.mktemp("up")
    return Curator(folder, environment(folder))


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    return free_port(), free_port()


class Up:
    """A running `curator up` and its output."""

    def __init__(self, curator: Curator, ports: tuple[int, int]) -> None:
        self.log = curator.folder / f"up-{next(_NUMBERS)}.log"
        arguments = ["up", "--port", str(ports[0]), "--hook-port", str(ports[1])]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "curator", *arguments], cwd=ROOT, env=curator.env, stdout=log, stderr=log
            )

    @property
    def output(self) -> str:
        return self.log.read_text("utf-8")

    def wait_until_up(self) -> None:
        self.wait_for(lambda: "Ctrl-C stops" in self.output)

    def wait_for(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds; fails where this ends before."""

        def held() -> bool:
            assert self.process.poll() is None, self.output
            return holds()

        wait_until(held, lambda: self.output)


@contextmanager
def running(curator: Curator, ports: tuple[int, int]) -> Iterator[Up]:
    up = Up(curator, ports)
    try:
        up.wait_until_up()
        yield up
    finally:
        up.process.send_signal(signal.SIGINT)
        assert up.process.wait(HANG_SECONDS) == 0, up.output


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def tasks(credentials: dict[str, Any]) -> list[dict[str, Any]]:
    query: dict[str, str | int] = {"project": credentials["project_id"], "fields": "all", "page_size": 1000}
    with api(credentials) as http:
        listed: list[dict[str, Any]] = http.get("/api/tasks", params=query).raise_for_status().json()["tasks"]
    return listed


def api(credentials: dict[str, Any]) -> httpx.Client:
    headers = {"Authorization": f"Token {credentials['token']}"}
    return httpx.Client(base_url=credentials["url"], headers=headers, timeout=HANG_SECONDS, trust_env=False)


def test_up_leads_to_a_project_and_ctrl_c_stops_all_of_it(curator: Curator, ports: tuple[int, int]) -> None:
    with running(curator, ports) as up:
        credentials = curator.json("credentials")
        assert f"http://127.0.0.1:{ports[0]}/projects/{credentials['project_id']}" in up.output
        assert credentials["password"] in up.output
        assert credentials["token"] not in up.output
        assert len(tasks(credentials)) == ARTICLES
        # The log-in that was printed opens the door.
        with httpx.Client(
            base_url=credentials["url"], follow_redirects=True, timeout=HANG_SECONDS, trust_env=False
        ) as browser:
            browser.get("/user/login/")
            form = {"email": credentials["username"], "password": credentials["password"]}
            token = browser.cookies["csrftoken"]
            page = browser.post("/user/login/", data={**form, "csrfmiddlewaretoken": token}, headers={"Referer": "x"})
            assert page.status_code == 200
            assert browser.get("/api/current-user/whoami").json()["email"] == credentials["username"]
        # A second one on the same workspace is told so.
        second = subprocess.run(
            [sys.executable, "-m", "curator", "up"], cwd=ROOT, env=curator.env, capture_output=True, text=True
        )
        assert second.returncode == 1
        assert "is up already" in second.stderr
        children = psutil.Process(up.process.pid).children(recursive=True)
        assert len(children) >= 2
    assert not any(child.is_running() for child in children)
    assert not listening(ports[0])
    assert not listening(ports[1])


def test_a_second_up_resumes_and_catches_up_with_nothing_doubled(curator: Curator, ports: tuple[int, int]) -> None:
    with running(curator, ports):
        credentials = curator.json("credentials")
        pushed = tasks(credentials)
        assert len(pushed) == ARTICLES
        assert all(len(task["predictions"]) == 1 for task in pushed)
        status = curator.json("status")
        assert (status["documents"], status["predictions"], status["tasks"]) == (ARTICLES,) * 3
        with api(credentials) as http:
            http.post(f"/api/tasks/{pushed[0]['id']}/annotations/", json={"result": []}).raise_for_status()
            wait_until(curator.annotations)
            assert curator.annotations()[0]["annotator"] == credentials["username"]
            # A skip without a result that no webhook brings: the next start has to take it in.
            (webhook,) = http.get("/api/webhooks/", params={"project": credentials["project_id"]}).json()
            http.patch(f"/api/webhooks/{webhook['id']}/", json={"is_active": False}).raise_for_status()
            skip = f"/api/tasks/{pushed[1]['id']}/annotations/"
            http.post(skip, json={"was_cancelled": True}).raise_for_status()
    with running(curator, ports) as up:
        assert "webhooks had missed: 1 created" in up.output
        assert [annotation["skipped"] for annotation in curator.annotations()].count(True) == 1


def test_an_up_that_was_killed_leaves_nothing_in_the_way(curator: Curator, ports: tuple[int, int]) -> None:
    up = Up(curator, ports)
    up.wait_until_up()
    os.kill(up.process.pid, signal.SIGKILL)
    up.process.wait(HANG_SECONDS)
    assert listening(ports[0])
    with running(curator, ports):
        assert len(tasks(curator.json("credentials"))) == ARTICLES


def restarted(up: Up, name: str, port: int) -> bool:
    return f"{name} ended by itself" in up.output and listening(port)


def test_a_process_that_ends_by_itself_is_started_again(curator: Curator, ports: tuple[int, int]) -> None:
    with running(curator, ports) as up:
        for name, port in (("Label Studio", ports[0]), ("the hook", ports[1])):
            for leader in psutil.Process(up.process.pid).children():
                if str(port) in leader.cmdline():
                    leader.kill()
            up.wait_for(partial(restarted, up, name, port))
        headers = {"Authorization": f"Token {curator.json('credentials')['token']}"}
        answer = httpx.get(
            f"http://127.0.0.1:{ports[0]}/api/projects/", headers=headers, timeout=HANG_SECONDS, trust_env=False
        )
        assert answer.status_code == 200


def test_a_taken_port_is_named_with_the_remedy(curator: Curator, ports: tuple[int, int]) -> None:
    for taken_option, free_option in (("--port", "--hook-port"), ("--hook-port", "--port")):
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", 0))
            holder.listen()
            taken = str(holder.getsockname()[1])
            command = [sys.executable, "-m", "curator", "up", taken_option, taken, free_option, str(free_port())]
            done = subprocess.run(command, cwd=ROOT, env=curator.env, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        last = done.stderr.strip().splitlines()[-1]
        assert f"port {taken} is taken" in last
        assert taken_option in last
        assert "Traceback" not in done.stderr


def test_without_label_studio_the_line_that_installs_it_is_named(curator: Curator, tmp_path: Path) -> None:
    env = {**curator.env, "CURATOR_LABEL_STUDIO__EXECUTABLE": str(tmp_path / "nothing")}
    env["CURATOR_WORKSPACE"] = str(tmp_path / "workspace")
    done = subprocess.run(
        [sys.executable, "-m", "curator", "up"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "make install" in done.stderr
    assert json.dumps(done.stderr).count("\\n") <= 3
