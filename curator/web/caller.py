"""A connection on its way to a thread: what of its request is there already."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

from gunicorn.workers.gthread import TConn

from curator.steps.desk.connect_backend import ML_PATH
from curator.steps.desk.publish import HOOK_PATH
from curator.web.api.paths import API_PATH
from curator.web.bounded_socket import STRANGER_SECONDS, BoundedSocket

MAX_HEAD = 1 << 15
_SMALL_BODY = 1 << 14
_END = b"\r\n\r\n"
_TARGET = re.compile(rb"[A-Za-z]+ (?:https?://[^/ ]*)?(/[^ ?]*)")
_LENGTH = re.compile(rb"(?i)\r\ncontent-length:[ \t]*(\d+)[ \t]*(?=\r\n)")
_EXPECTS = re.compile(rb"(?i)\r\nexpect:[ \t]*100-continue")


class Threads(Enum):
    """Which threads answer a request; none of them waits for those of another kind."""

    WEBHOOK = "webhook"
    ML = "ml"
    HEALTH = "health"
    API = "api"
    PAGES = "pages"


_PREFIXES: Mapping[bytes, Threads] = {
    HOOK_PATH.encode(): Threads.WEBHOOK,
    ML_PATH.encode(): Threads.ML,
    API_PATH.encode(): Threads.API,
    b"/healthz": Threads.HEALTH,
    b"/readyz": Threads.HEALTH,
}


class Caller(TConn):  # type: ignore[misc]
    """A connection whose request is collected without a thread: its head, and a small body with it."""

    sock: BoundedSocket
    timeout: float

    def __init__(self, cfg: Any, sock: BoundedSocket, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        self.data_ready = True
        self._received = b""
        self._continued = False

    def init(self) -> None:
        """Begin to be answered: hand on what was received, and let the rest take no longer than a stranger may."""
        if not self.initialized:
            super().init()
            self.parser.unreader.unread(self._received)
            self._received = b""
            self.sock.allow(STRANGER_SECONDS)

    def receive(self, piece: bytes) -> None:
        """Add what was read."""
        self._received = (self._received + piece).lstrip(b"\r\n") if not self._received else self._received + piece

    @property
    def is_complete(self) -> bool:
        """Whether a thread can read all of the request, or but a large body is lacking."""
        head, end, body = self._received.partition(_END)
        if not end:
            return False
        lengths = _LENGTH.findall(head + b"\r\n")
        # A number of more digits than this, leading zeros apart, is of no small body.
        length = lengths[0].lstrip(b"0") if len(lengths) == 1 else b""
        return len(length) > 9 or not len(body) < int(length or b"0") <= _SMALL_BODY

    @property
    def is_endless(self) -> bool:
        """Whether its head is longer than any head may be."""
        return len(self._received) > MAX_HEAD and _END not in self._received

    @property
    def awaits_consent(self) -> bool:
        """Whether it wants to be told once, now, to go on with a small body."""
        head, end, _ = self._received.partition(_END)
        waits = bool(end) and not self._continued and _EXPECTS.search(head) is not None
        self._continued = self._continued or waits
        return waits

    @property
    def threads(self) -> Threads:
        """Which threads are to answer it: no more than a guess by its path, on which nothing but time depends."""
        target = _TARGET.match(self._received)
        path = b"" if target is None else target[1]
        return next((kind for prefix, kind in _PREFIXES.items() if path.startswith(prefix)), Threads.PAGES)
