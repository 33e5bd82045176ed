"""A relay between Label Studio and the hook that can lose, double and reorder what passes."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from tests.waiting import HANG_SECONDS

Call = tuple[str, dict[str, str], bytes]


class Relay:
    """Answers Label Studio at once; passes calls on to the hook, or keeps them while `holding`.

    `answers` are the status codes that Label Studio was given, in order.
    """

    def __init__(self, hook: str) -> None:
        self.hook = hook
        self.holding = False
        self.kept: list[Call] = []
        self.answers: list[int] = []
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                call = (self.path, dict(self.headers.items()), body)
                if relay.holding:
                    relay.kept.append(call)
                    code = 200
                else:
                    code = relay.forward(call)
                relay.answers.append(code)
                self.send_response(code)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the test's output is the test's."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def forward(self, call: Call) -> int:
        path, headers, body = call
        sent = {name: value for name, value in headers.items() if name.lower() not in ("host", "content-length")}
        url = self.hook + path
        return httpx.post(url, content=body, headers=sent, timeout=HANG_SECONDS, trust_env=False).status_code

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
