"""Two servers: one that leads every caller to the other, and what each was asked."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Listener:
    """A server on a port of its own that answers everything with one status, leading to `target`, and what it heard."""

    status: int
    target: str = ""
    heard: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def listening(listener: Listener) -> Iterator[Listener]:
    """Have a listener listen as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            listener.heard.append(f"{self.requestline}\n{self.headers}")
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(listener.status)
            if listener.target:
                self.send_header("Location", f"{listener.target}{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def __getattr__(self, name: str) -> object:
            if name.startswith("do_"):
                return self.answer
            raise AttributeError(name)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the test's output is the test's."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def redirecting(status: int) -> Iterator[tuple[Listener, Listener]]:
    """Have one listener that leads to another, both to be looked at."""
    with listening(Listener(200)) as there, listening(Listener(status, there.url)) as here:
        yield here, there
