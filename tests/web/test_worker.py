"""The worker's account of its connections."""

import selectors
import socket
from collections import deque
from contextlib import closing

from gunicorn.config import Config

from curator.web.worker import PatientWorker


def test_a_connection_that_is_dropped_while_its_turn_is_due_counts_once() -> None:
    worker = PatientWorker.__new__(PatientWorker)
    worker.cfg = Config()
    worker.worker_connections, worker.nr_conns = 2, 0
    worker.pending_conns, worker._lingering = deque(), deque()
    worker.poller = selectors.DefaultSelector()
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.setblocking(False)
        worker.poller.register(listener, selectors.EVENT_READ, worker.accept)
        callers = [socket.create_connection(listener.getsockname())]
        worker.accept(listener)
        for _ in range(5):
            callers.append(socket.create_connection(listener.getsockname()))
            # Now a new caller and the oldest are ready in one batch.
            callers[-2].send(b"G")
            worker.wait_for_and_dispatch_events(1.0)
            assert worker.nr_conns == len(worker.pending_conns) + len(worker._lingering)
        for caller in [*callers, *(pending.sock for pending in worker.pending_conns)]:
            caller.close()
    worker.poller.close()
