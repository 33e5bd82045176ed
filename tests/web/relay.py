"""A reverse proxy as most are by default: Host is the inner address, and no header says who asked."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.waiting import HANG_SECONDS

_HOP_BY_HOP = ("host", "connection", "keep-alive", "transfer-encoding", "content-length")


class _Handler(BaseHTTPRequestHandler):
    """Relays whatever method it is asked by."""

    server: "_Server"

    def __getattr__(self, name: str) -> object:
        if name.startswith("do_"):
            return self._relay
        raise AttributeError(name)

    def _relay(self) -> None:
        inner = http.client.HTTPConnection("127.0.0.1", self.server.inner, timeout=HANG_SECONDS)
        with closing(inner):
            body = self._body()
            inner.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            inner.putheader("Host", f"127.0.0.1:{self.server.inner}")
            for name, value in self.headers.items():
                if name.lower() not in _HOP_BY_HOP:
                    inner.putheader(name, value)
            if body or self.command == "POST":
                inner.putheader("Content-Length", str(len(body)))
            inner.endheaders(body or None)
            self._hand_on(inner.getresponse())
        self.close_connection = True

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") is None:
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        return b"".join(pieces)

    def _hand_on(self, answer: http.client.HTTPResponse) -> None:
        content = answer.read()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the test's output is the test's."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    inner: int

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of callers that went away, or asked for what this cannot relay."""


@contextmanager
def relaying(inner: int) -> Iterator[int]:
    """Relay to a port of this machine; yields the port to ask instead."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.inner = inner
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
