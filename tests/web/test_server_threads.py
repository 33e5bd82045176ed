"""Threads are kept for the webhook, whatever else the callers of a real server do."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from curator.steps.desk.publish import HOOK_PATH, SECRET_HEADER
from curator.web.bounded_socket import BoundedSocket
from tests.conftest import ROOT, free_port
from tests.waiting import HANG_SECONDS, wait_until
from tests.web import blocked
from tests.web.serving import Serving
from tests.web.trickle import trickling

UNKNOWN = b'{"action": "LABEL_LINK_CREATED"}'
THREADS = 2
CALLERS = 30
HOOK = f"POST {HOOK_PATH} HTTP/1.1\r\nHost: x\r\n"
SLOW = {
    "nothing at all": ("", ""),
    "a head byte by byte": ("GET / HTTP/1.1\r\nX-Long: ", "a"),
    "blank lines": ("", "\r\n"),
    "a body without secret": (f"{HOOK}Content-Length: 1000000\r\n\r\n", " "),
    "a small body without secret": (f"{HOOK}Content-Length: 1000\r\n\r\n", " "),
    "a body in chunks with a wrong secret": (
        f"{HOOK}{SECRET_HEADER}: wrong\r\nTransfer-Encoding: chunked\r\n\r\n",
        "1\r\n \r\n",
    ),
    "a body that was promised to be asked for": (f"{HOOK}Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n", " "),
    "a log-in": ("POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", "a"),
    "a log-in whose length is written long": (
        "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 0000000100\r\n\r\n",
        "a",
    ),
    "a log-in in chunks": ("POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n"),
    "a prediction without log-in": ("POST /ml/predict HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n", " "),
    "a body for nothing": ("POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n", " "),
    "an answer that is not read": ("GET / HTTP/1.0\r\n\r\n", ""),
}


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    serving = Serving(
        tmp_path_factory.mktemp("slow"), HOOK__THREADS=str(THREADS), HOOK__PUBLIC_URL="https://curator.example"
    )
    try:
        serving.start()
        yield serving
    finally:
        serving.kill()


@pytest.mark.parametrize("how", SLOW)
def test_deliveries_are_answered_however_many_others_take_their_time(serving: Serving, how: str) -> None:
    begins, goes_on = SLOW[how]
    with trickling(serving.port, CALLERS, begins.encode(), goes_on.encode()):
        with ThreadPoolExecutor(2 * THREADS) as senders:
            statuses = list(senders.map(lambda _: serving.post(UNKNOWN)[0], range(4 * THREADS)))
        assert statuses == [200] * len(statuses)
    assert "Traceback" not in serving.log.read_text()


def test_nobody_who_takes_their_time_is_waited_for_without_end(serving: Serving) -> None:
    with ExitStack() as opened:
        of_each = {
            how: opened.enter_context(trickling(serving.port, 2, begins.encode(), goes_on.encode()))
            for how, (begins, goes_on) in SLOW.items()
        }

        def kept() -> list[str]:
            return [how for how, tricklers in of_each.items() if not all(trickler.closed for trickler in tricklers)]

        wait_until(lambda: not kept(), lambda: f"still waited for: {kept()}")
    assert "Traceback" not in serving.log.read_text()


def test_more_callers_than_there_are_places_do_not_shut_out_a_delivery(serving: Serving) -> None:
    idle = []
    try:
        for _ in range(700):
            idle.append(socket.create_connection(("127.0.0.1", serving.port), timeout=HANG_SECONDS))
        assert serving.post(UNKNOWN)[0] == 200
    finally:
        for connection in idle:
            connection.close()
    assert "Traceback" not in serving.log.read_text()


@pytest.mark.parametrize("secret", [None, "wrong"])
def test_what_a_stranger_sends_is_not_read_to_its_end(serving: Serving, secret: str | None) -> None:
    header = "" if secret is None else f"{SECRET_HEADER}: {secret}\r\n"
    with socket.create_connection(("127.0.0.1", serving.port), timeout=HANG_SECONDS) as connection:
        connection.sendall(f"{HOOK}{header}Content-Length: {1 << 40}\r\n\r\n".encode())
        with pytest.raises(OSError, match=r"reset|[Pp]ipe"):
            # More than the system's own buffers take.
            connection.sendall(bytes(1 << 28))
    assert serving.post(UNKNOWN)[0] == 200


def test_a_head_without_end_is_refused(serving: Serving) -> None:
    with socket.create_connection(("127.0.0.1", serving.port), timeout=HANG_SECONDS) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 6000)
        assert connection.recv(12) == b"HTTP/1.1 431"


def test_a_caller_that_waits_to_be_asked_for_its_body_is(serving: Serving) -> None:
    head = f"{HOOK}{SECRET_HEADER}: {serving.secret}\r\nContent-Length: {len(UNKNOWN)}\r\nExpect: 100-continue\r\n\r\n"
    with socket.create_connection(("127.0.0.1", serving.port), timeout=HANG_SECONDS) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(UNKNOWN)
        answer = b""
        while piece := connection.recv(1000):
            answer += piece
        assert b"HTTP/1.1 200 OK" in answer


@pytest.mark.parametrize(
    "rest",
    [
        "Content-Length: 100\r\n\r\n{}",
        "Content-Length: 100000\r\n\r\n{}",
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    ],
)
def test_a_body_that_is_shorter_than_it_says_is_no_delivery(serving: Serving, rest: str) -> None:
    before = serving.deliveries().keys()
    with socket.create_connection(("127.0.0.1", serving.port), timeout=HANG_SECONDS) as connection:
        connection.sendall(f"{HOOK}{SECRET_HEADER}: {serving.secret}\r\n{rest}".encode())
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100)[:12] in (b"", b"HTTP/1.1 408")
    assert serving.deliveries().keys() == before


def test_what_hides_behind_a_request_is_never_read_as_another(serving: Serving) -> None:
    smuggled = f"{HOOK}{SECRET_HEADER}: {serving.secret}\r\nContent-Length: 2\r\n\r\n{{}}"
    before = serving.deliveries().keys()
    for rest in (
        f"Content-Length: {len(smuggled)}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}",
        f"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{smuggled}",
        f"Content-Length: 0\r\nContent-Length: 5\r\n\r\n{smuggled}",
        f"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n{smuggled}",
        f"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{smuggled}",
        f"Content-Length: 0\r\n\r\n{smuggled}",
    ):
        with socket.create_connection(("127.0.0.1", serving.port), timeout=HANG_SECONDS) as connection:
            connection.sendall(f"POST /nowhere HTTP/1.1\r\nHost: x\r\n{rest}".encode())
            answers = b""
            while piece := connection.recv(1000):
                answers += piece
        assert answers.count(b"HTTP/1.1 ") == 1, rest
    assert serving.deliveries().keys() == before


class BlockedServing:
    """A server whose predictions, pages and pulls all wait."""

    def __init__(self, folder: Path, threads: int) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / "log"
        command = [sys.executable, "-m", "tests.web.blocked", str(folder), str(self.port), str(threads)]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        wait_until(self._up)

    def _up(self) -> bool:
        assert self._process.poll() is None, self._log.read_text()
        try:
            return self.get("/healthz").status_code == 200
        except httpx.TransportError:
            return False

    def get(self, path: str) -> httpx.Response:
        return httpx.get(self.url + path, timeout=HANG_SECONDS, trust_env=False)

    def predict(self) -> httpx.Response:
        body = {"tasks": [{"id": 1, "data": {"text": "Paris"}}]}
        url = f"{self.url}/ml/predict"
        return httpx.post(url, json=body, auth=blocked.LOG_IN, timeout=HANG_SECONDS, trust_env=False)

    def deliver(self) -> int:
        headers = {SECRET_HEADER: blocked.SECRET}
        url = self.url + HOOK_PATH
        return httpx.post(url, content=b"{}", headers=headers, timeout=HANG_SECONDS, trust_env=False).status_code

    def close(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


@pytest.mark.parametrize("threads", [1, 4])
def test_deliveries_are_answered_while_predictions_pages_and_pulls_wait(tmp_path: Path, threads: int) -> None:
    serving = BlockedServing(tmp_path, threads)
    callers = 12 * threads
    with closing(serving), ThreadPoolExecutor(3 * callers) as pool:
        predictions = [pool.submit(serving.predict) for _ in range(callers)]
        pages = [pool.submit(serving.get, "/") for _ in range(callers)]
        pulls = [pool.submit(serving.get, "/api/v1/datasets") for _ in range(callers)]
        wait_until(lambda: all(list(tmp_path.glob(f"{who}-*")) for who in ("prediction", "page", "pull")))
        assert [serving.deliver() for _ in range(10)] == [200] * 10
        assert serving.get("/healthz").status_code == serving.get("/readyz").status_code == 200
        wait_until(lambda: sum(future.done() for future in predictions) >= callers - 2 * max(1, threads // 2))
        turned_away = [future.result() for future in predictions if future.done()]
        assert {(answer.status_code, answer.headers["Retry-After"]) for answer in turned_away} == {(503, "1")}
        assert all(answer.json()["error"] == "too many ask at once" for answer in turned_away)
        assert len(list(tmp_path.glob("prediction-*"))) == max(1, threads // 2)
        wait_until(lambda: len(list(tmp_path.glob("pull-*"))) == 2)
        (tmp_path / "go").touch()
        # All others were answered in their turn, by what they wait for.
        assert {future.result().status_code for future in predictions + pages + pulls} == {503}


def test_a_read_ends_at_its_deadline_however_the_bytes_trickle_in() -> None:
    ours, theirs = socket.socketpair()
    bounded = BoundedSocket(ours)
    stopped = threading.Event()

    def trickle() -> None:
        while not stopped.wait(0.01):
            theirs.sendall(b"a")

    sender = threading.Thread(target=trickle)
    with bounded, theirs:
        bounded.allow(0.3)
        sender.start()
        with pytest.raises(TimeoutError):
            b"".join(iter(lambda: bounded.recv(1), b""))
        stopped.set()
        sender.join()


def test_a_write_that_nobody_reads_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curator.web.bounded_socket._SEND_SECONDS", 0.1)
    ours, theirs = socket.socketpair()
    with BoundedSocket(ours) as bounded, theirs, pytest.raises(BrokenPipeError):
        bounded.sendall(bytes(1 << 24))
