"""The hook as it runs: `curator serve` in a process of its own, with gunicorn on a real port."""

import socket
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from curator.steps.desk.publish import HOOK_PATH, SECRET_HEADER
from tests.waiting import HANG_SECONDS, wait_until
from tests.web.serving import Serving

LIMIT = 1 << 20
UNKNOWN = b'{"action": "LABEL_LINK_CREATED"}'


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    serving = Serving(tmp_path_factory.mktemp("serve"))
    try:
        serving.start()
        yield serving
    finally:
        serving.kill()


def chunks(size: int) -> Iterator[bytes]:
    yield b" " * (size - 1)
    yield b"1"


@pytest.mark.parametrize(
    ("secret", "body", "status"),
    [
        (None, UNKNOWN, 401),
        ("wrong", UNKNOWN, 403),
        ("right", b"no JSON", 400),
        ("right", b'{"a": "\xff\xfe"}', 400),
        ("right", b"[" * 500_000 + b"]" * 500_000, 400),
        ("right", b" " * LIMIT + b"1", 413),
        ("right", b" " * (LIMIT - 1) + b"1", 200),
        ("right", b"1" * (50 << 20), 413),
        (None, b"1" * 900_000, 401),
        ("wrong", b"1" * 900_000, 403),
    ],
    ids=lambda value: value if isinstance(value, str) else None if isinstance(value, bytes) else str(value),
)
def test_every_sender_gets_its_answer(serving: Serving, secret: str | None, body: bytes, status: int) -> None:
    before = len(serving.deliveries())
    assert serving.post(body, secret)[0] == status
    assert len(serving.deliveries()) == before + (status == 200)


@pytest.mark.parametrize(("size", "status"), [(LIMIT, 200), (LIMIT + 1, 413), (20 << 20, 413)])
def test_a_body_in_chunks_without_a_length_has_the_same_limit(serving: Serving, size: int, status: int) -> None:
    assert serving.post(chunks(size))[0] == status


def test_a_body_that_breaks_off_is_not_taken_for_a_delivery(serving: Serving) -> None:
    before = serving.deliveries()
    secret = serving.secret
    half = '{"action": "ANNOTATION_CREATED", '
    head = f"POST {HOOK_PATH} HTTP/1.1\r\nHost: x\r\n{SECRET_HEADER}: {secret}\r\n"
    for rest in (
        f"Content-Length: 100\r\n\r\n{half}",
        f"Transfer-Encoding: chunked\r\n\r\n{len(half):x}\r\n{half}\r\n",
        "Content-Length: x\r\n\r\n1",
    ):
        with socket.create_connection(("127.0.0.1", serving.port), timeout=HANG_SECONDS) as connection:
            connection.sendall((head + rest).encode())
            connection.shutdown(socket.SHUT_WR)
            connection.recv(100)
    assert serving.deliveries() == before
    assert serving.get("/healthz") == 200


def test_an_unknown_action_is_acknowledged_and_becomes_a_dead_letter(serving: Serving) -> None:
    status, delivery = serving.post(UNKNOWN)
    assert status == 200
    wait_until(lambda: serving.deliveries()[delivery] == ("dead", "unknown-action"))


def test_the_answer_does_not_wait_for_the_store(serving: Serving) -> None:
    with serving.locked_store():
        answers = [serving.post(UNKNOWN) for _ in range(5)]
        assert [status for status, _ in answers] == [200] * 5
        states = serving.deliveries()
        assert {states[delivery][0] for _, delivery in answers} == {"pending"}
        assert serving.get("/healthz") == 200
    wait_until(lambda: all(state == "dead" for state, _ in serving.deliveries().values()))


def test_a_killed_server_has_lost_nothing_that_it_acknowledged(serving: Serving) -> None:
    before = serving.deliveries()
    with serving.locked_store():
        with ThreadPoolExecutor(4) as senders:
            answers = list(senders.map(lambda _: serving.post(UNKNOWN), range(12)))
        serving.kill()
        acknowledged = {delivery for status, delivery in answers if status == 200}
        assert len(acknowledged) == 12
        assert serving.deliveries().keys() - before.keys() == acknowledged
    serving.start()
    # What the killed one held of the lease ends by itself, within a minute.
    with closing(sqlite3.connect(serving.workspace.store, timeout=HANG_SECONDS)) as store, store:
        store.execute("UPDATE lease SET expires = 0")
    wait_until(lambda: all(state == "dead" for state, _ in serving.deliveries().values()))
    assert serving.deliveries().keys() == before.keys() | acknowledged
