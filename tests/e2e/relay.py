"""Relays between Label Studio and the hook that lose, double, delay and reorder what passes."""

import random
import threading
from collections import Counter
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
                code = relay.receive((self.path, dict(self.headers.items()), body))
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

    def receive(self, call: Call) -> int:
        """Return the answer to a call of Label Studio."""
        if self.holding:
            self.kept.append(call)
            return 200
        return self.forward(call)

    def forward(self, call: Call) -> int:
        path, headers, body = call
        sent = {name: value for name, value in headers.items() if name.lower() not in ("host", "content-length")}
        url = self.hook + path
        return httpx.post(url, content=body, headers=sent, timeout=HANG_SECONDS, trust_env=False).status_code

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class FaultyRelay(Relay):
    """Loses 30 % of the calls, doubles 30 % and delays the rest, so that later ones overtake them; `fates` counts."""

    def __init__(self, hook: str, seed: int) -> None:
        self.fates: Counter[str] = Counter()
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        super().__init__(hook)

    def receive(self, call: Call) -> int:
        with self._lock:
            fate = self._chance.choices(("lost", "doubled", "delayed"), (30, 30, 40))[0]
            self.fates[fate] += 1
            if fate == "delayed":
                self.kept.append(call)
            overtaken = self._overtaken() if fate == "doubled" else []
        if fate == "doubled":
            self.forward(call)
            self.forward(call)
        for late in overtaken:
            self.forward(late)
        return 200

    def _overtaken(self) -> list[Call]:
        """Take out some of the calls that were delayed, in any order."""
        late = [call for call in self.kept if self._chance.random() < 0.3]
        self.kept = [call for call in self.kept if call not in late]
        self._chance.shuffle(late)
        return late

    def deliver_late(self) -> None:
        """Deliver what is still delayed, the last first."""
        with self._lock:
            late, self.kept = self.kept[::-1], []
        for call in late:
            self.forward(call)
