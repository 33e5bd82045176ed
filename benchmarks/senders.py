"""Sends deliveries as Label Studio does, each on a connection of its own, and tells how long each took.

Run as `python -m benchmarks.senders PORT SECRET SENDERS` with one body a line on stdin: one loop over raw sockets, so
that it takes little of the processors that are measured. Prints one JSON document: `seconds`, `taken` and `refused`.
"""

import json
import selectors
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

from curator.steps.desk.publish import HOOK_PATH, SECRET_HEADER

_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Sent:
    """How long all deliveries took together and each by itself, in seconds, and how many were not answered 200."""

    seconds: float
    taken: tuple[float, ...]
    refused: int

    @property
    def rate(self) -> float:
        return len(self.taken) / self.seconds

    @property
    def p99(self) -> float:
        return sorted(self.taken)[int(len(self.taken) * 0.99)]


def send(port: int, secret: str, bodies: Sequence[bytes], senders: int) -> Sent:
    """Send the bodies from another process, so many at a time."""
    command = [sys.executable, "-m", "benchmarks.senders", str(port), secret, str(senders)]
    done = subprocess.run(command, input=b"\n".join(bodies), capture_output=True, check=True)
    answer = json.loads(done.stdout)
    return Sent(answer["seconds"], tuple(answer["taken"]), answer["refused"])


class _Delivery:
    """One delivery on its way."""

    def __init__(self, port: int, request: bytes) -> None:
        self.began = perf_counter()
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.sendall(request)
        self.answer = b""

    def receive(self) -> bool:
        """Read what is there; returns whether the answer is complete, and closes the connection then."""
        piece = self.socket.recv(_PIECE)
        self.answer += piece
        head, end, content = self.answer.partition(b"\r\n\r\n")
        length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
        if piece and not (end and len(content) >= int(length.partition(b":")[2])):
            return False
        self.socket.close()
        return True


def _run(port: int, requests: Iterator[bytes], senders: int) -> Sent:
    selector = selectors.DefaultSelector()

    def begin() -> None:
        request = next(requests, None)
        if request is not None:
            delivery = _Delivery(port, request)
            selector.register(delivery.socket, selectors.EVENT_READ, delivery)

    taken, refused = [], 0
    began = perf_counter()
    for _ in range(senders):
        begin()
    while selector.get_map():
        for key, _ in selector.select():
            delivery = key.data
            descriptor = key.fd
            if delivery.receive():
                selector.unregister(descriptor)
                taken.append(perf_counter() - delivery.began)
                refused += not delivery.answer.startswith(b"HTTP/1.1 200")
                begin()
    return Sent(perf_counter() - began, tuple(taken), refused)


def main() -> None:
    port, secret, senders = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    fields = f"Host: 127.0.0.1\r\nContent-Type: application/json\r\n{SECRET_HEADER}: {secret}"
    heads = f"POST {HOOK_PATH} HTTP/1.1\r\n{fields}"
    bodies = sys.stdin.buffer.read().split(b"\n")
    requests = [f"{heads}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body for body in bodies]
    sent = _run(port, iter(requests), senders)
    print(json.dumps({"seconds": sent.seconds, "taken": sent.taken, "refused": sent.refused}))


if __name__ == "__main__":
    main()
