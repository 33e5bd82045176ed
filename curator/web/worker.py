"""gunicorn's worker with threads, made to keep threads for the webhook whatever else callers do."""

import errno
import selectors
import socket
import sys
import time
from collections import deque
from concurrent.futures import Future
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from curator.web.bounded_socket import STRANGER_SECONDS, BoundedSocket
from curator.web.caller import Caller
from curator.web.pools import Pools

_PIECE = 1 << 16
_STOP_SECONDS = 1.0
# How long a thread that calculates keeps the others waiting: an answer takes many turns, beside a prediction or not.
_TURN_SECONDS = 0.0005
_NO_MORE_FILES = (errno.EMFILE, errno.ENFILE)
_PASSING = (errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def _plain(status: str, *headers: str, body: str = "") -> bytes:
    lines = (f"HTTP/1.1 {status}", "Connection: close", f"Content-Length: {len(body)}", *headers, "", body)
    return "\r\n".join(lines).encode("ascii")


_BUSY = _plain(
    "503 too many ask at once",
    "Retry-After: 1",
    "Content-Type: application/json",
    body='{"error": "too many ask at once", "remedy": "ask again in 1 s"}',
)
_TOO_LONG = _plain("431 Request Header Fields Too Large")


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Gives a thread to a caller whose request is there, by what it asks for, and one connection to each request.

    Who sends nothing, a head byte by byte, or more after its answer, is waited for by the loop that accepts
    connections, for some seconds: that costs a place among the connections, whose oldest one goes when all are taken.
    """

    def init_process(self) -> None:
        """Begin to serve, in the process that was forked for it."""
        self._lingering: deque[Caller] = deque()
        sys.setswitchinterval(_TURN_SECONDS)
        super().init_process()

    def get_thread_pool(self) -> Pools:
        """Return the threads."""
        return Pools(self.cfg.threads, self.worker_connections, self.app.api_threads)

    def accept(self, listener: socket.socket) -> None:
        """Accept a connection, for which no thread waits yet."""
        try:
            accepted, client = listener.accept()
        except OSError as error:
            if error.errno in _NO_MORE_FILES:
                self._drop_oldest()
            elif error.errno not in _PASSING:
                raise
            return
        caller = Caller(self.cfg, BoundedSocket(accepted), client, listener.getsockname())
        self.nr_conns += 1
        caller.timeout = time.monotonic() + STRANGER_SECONDS
        self.pending_conns.append(caller)
        self.poller.register(caller.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, caller))
        if self.nr_conns >= self.worker_connections:
            self._drop_oldest()

    def on_pending_socket_readable(self, caller: Caller, _client: Any) -> None:
        """Read what of a request is there, and have it answered once it is whole."""
        piece = self._read(caller)
        if piece is None:
            return
        if not piece:
            self._close(caller)
            return
        caller.receive(piece)
        if caller.is_complete:
            self._leave(caller)
            self.enqueue_req(caller)
        elif caller.is_endless:
            self._leave(caller)
            self._answer(caller, _TOO_LONG)
        elif caller.awaits_consent:
            self._send(caller, _CONTINUE)

    def enqueue_req(self, caller: Caller) -> None:
        """Have a request answered by a thread, or say that too many are."""
        future = self.tpool.submit(self.handle, caller)
        if future is None:
            self._answer(caller, _BUSY)
        else:
            future.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, caller, done))

    def finish_request(self, caller: Caller, _future: "Future[Any] | None" = None) -> None:
        """Say that nothing more comes, and read on for a while, so that the answer is not lost with what is unread."""
        try:
            caller.sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(caller)
            return
        caller.sock.setblocking(False)
        caller.timeout = time.monotonic() + caller.sock.spare_seconds
        self._lingering.append(caller)
        self.poller.register(caller.sock, selectors.EVENT_READ, partial(self._on_rest, caller))

    def murder_pending(self) -> None:
        """Close the connections whose time is over."""
        now = time.monotonic()
        for caller in [*self.pending_conns, *self._lingering]:
            if not self.alive:
                caller.timeout = min(caller.timeout, now + _STOP_SECONDS)
            if caller.timeout <= now:
                self._close(caller)

    def _on_rest(self, caller: Caller, _client: Any) -> None:
        piece = self._read(caller)
        if piece is None:
            return
        caller.sock.spare_bytes -= len(piece)
        if not piece or caller.sock.spare_bytes < 0:
            self._close(caller)

    def _read(self, caller: Caller) -> bytes | None:
        """Return what is there to read, None where it was a false alarm, nothing where the caller is gone."""
        try:
            return socket.socket.recv(caller.sock, _PIECE)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def _send(self, caller: Caller, answer: bytes) -> None:
        try:
            caller.sock.send(answer)
        except OSError:
            # Whoever does not read a line reads no reason either.
            return

    def _answer(self, caller: Caller, answer: bytes) -> None:
        self._send(caller, answer)
        self.finish_request(caller)

    def _drop_oldest(self) -> None:
        for waiting in (self._lingering, self.pending_conns):
            if waiting:
                self._close(waiting[0])
                return

    def _leave(self, caller: Caller) -> None:
        """Wait no longer for what a caller sends."""
        self.poller.unregister(caller.sock)
        for waiting in (self._lingering, self.pending_conns):
            if caller in waiting:
                waiting.remove(caller)

    def _close(self, caller: Caller) -> None:
        if caller.sock.fileno() < 0:
            # It was closed while its turn was due already; it counts once.
            return
        if caller in self._lingering or caller in self.pending_conns:
            self._leave(caller)
        self.nr_conns -= 1
        caller.close()
