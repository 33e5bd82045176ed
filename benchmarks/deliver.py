"""What the webhook costs against a bare view: rates and p99 over real HTTP, and p99 while deliveries are applied."""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import httpx

from benchmarks.delivered import Delivered
from benchmarks.senders import Sent, send
from curator.bootstrap.stores import open_inbox
from curator.bootstrap.workspace import free_ports

_DOCUMENTS = 200
_DELIVERIES = {1: 200, 8: 400}
_PAIRS = 5
_WAITING = 1_000
_WORKERS, _THREADS = 1, 8
_FSYNC_BOUND = 2e-3
_POLL_SECONDS = 0.05


@dataclass(slots=True)
class Deliveries:
    """What was measured at one number of senders, a pair of runs at a time."""

    senders: int
    ours: list[Sent] = field(default_factory=list)
    bare: list[Sent] = field(default_factory=list)

    def __str__(self) -> str:
        rates = [statistics.median(sent.rate for sent in side) for side in (self.ours, self.bare)]
        ratios = [ours.rate / bare.rate for ours, bare in zip(self.ours, self.bare, strict=True)]
        p99s = [statistics.median(sent.p99 for sent in side) * 1000 for side in (self.ours, self.bare)]
        slower = [ours.p99 / bare.p99 for ours, bare in zip(self.ours, self.bare, strict=True)]
        return (
            f"{self.senders} senders: hook {rates[0]:,.0f} deliveries/s, bare view {rates[1]:,.0f}/s; "
            f"ratio {statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)} pairs); "
            f"p99 {p99s[0]:,.0f} ms against {p99s[1]:,.0f} ms, ratio {statistics.median(slower):.2f}"
        )


@dataclass(frozen=True, slots=True)
class Report:
    """All that was measured; `fsync` in seconds, between the runs."""

    fsync: tuple[float, ...]
    rates: tuple[Deliveries, ...]
    meanwhile: Sent
    applied: float

    def __str__(self) -> str:
        middle, slow = (self.fsync[int(len(self.fsync) * share)] for share in (0.5, 0.99))
        aim = "1.5" if middle >= _FSYNC_BOUND else "0.7"
        waiting = f"while {_WAITING:,} are applied ({self.applied:,.0f} deliveries/s)"
        return "\n".join(
            (
                f"fsync of 6 kB: median {middle * 1000:.2f} ms, p99 {slow * 1000:.2f} ms",
                f"both on our gunicorn worker class, {_WORKERS} worker, {_THREADS} threads, synchronous=FULL, a "
                "connection for each delivery as Label Studio makes it; the hook's are applied meanwhile",
                *map(str, self.rates),
                f"{waiting}: hook {self.meanwhile.rate:,.0f} deliveries/s, p99 {self.meanwhile.p99 * 1000:,.0f} ms",
                f"aim: ratio at least {aim}, p99 at most 2 times the bare view's, under 500 ms while they are applied",
            )
        )


def hook_against_bare_view() -> Report:
    """Measure deliveries of 6 kB over real HTTP, in pairs, and p99 while a full inbox is applied."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        delivered = Delivered(folder, _DOCUMENTS)
        ours, bare = free_ports(2)
        workspace = delivered.context.workspace.root
        hook = ["-m", "curator", "--workspace", str(workspace), "serve", "--port", str(ours)]
        view = ["-m", "benchmarks.bare_view", str(folder / "bare.sqlite3"), str(bare), str(_WORKERS), str(_THREADS)]
        with _served(hook, ours, folder / "hook.log"), _served(view, bare, folder / "bare.log"):
            fsync: list[float] = []
            measured = []
            for senders in _DELIVERIES:
                deliveries = Deliveries(senders)
                _measure(delivered, deliveries, ours, bare, fsync)
                measured.append(deliveries)
            meanwhile, applied = _meanwhile(delivered, ours)
        return Report(tuple(sorted(fsync)), tuple(measured), meanwhile, applied)


def _measure(delivered: Delivered, deliveries: Deliveries, ours: int, bare: int, fsync: list[float]) -> None:
    """Add pairs of runs, after one that only warms up, and how long fsyncs take between them."""
    senders = deliveries.senders
    for pair in range(_PAIRS + 1):
        bodies = [delivered.body() for _ in range(_DELIVERIES[senders])]
        sent = {}
        # Neither side is always the second.
        for port in (bare, ours) if pair % 2 else (ours, bare):
            sent[port] = send(port, delivered.secret, bodies, senders)
            assert not sent[port].refused
            _wait_for_applier(delivered)
        if pair:
            deliveries.bare.append(sent[bare])
            deliveries.ours.append(sent[ours])
        fsync += _fsync(delivered.context.workspace.root)


def _meanwhile(delivered: Delivered, port: int) -> tuple[Sent, float]:
    """Fill the inbox and send deliveries while those are applied; returns that, and how many were applied a second."""
    waiting = [delivered.body() for _ in range(_WAITING)]
    bodies = [delivered.body() for _ in range(_DELIVERIES[8])]
    with open_inbox(delivered.context) as inbox, ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(inbox.put, waiting))
        left = inbox.counts()["pending"]
        began = perf_counter()
        sent = send(port, delivered.secret, bodies, 8)
        assert not sent.refused
        _wait_for_applier(delivered)
    return sent, (left + len(bodies)) / (perf_counter() - began)


def _wait_for_applier(delivered: Delivered) -> None:
    with open_inbox(delivered.context) as inbox:
        while inbox.pending(1):
            time.sleep(_POLL_SECONDS)
        assert not inbox.counts()["dead"], inbox.recent(1, "dead")


@contextmanager
def _served(arguments: Sequence[str], port: int, log: Path) -> Iterator[None]:
    """Run a server until the end of the block, from the moment that it is ready."""
    # A pipeline that is loaded meanwhile would be measured with the first runs.
    environment = {**os.environ, "CURATOR_ML__CONNECT": "false"}
    command = [sys.executable, *arguments]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, start_new_session=True)
    try:
        while not _ready(port):
            assert process.poll() is None, log.read_text()
            time.sleep(_POLL_SECONDS)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _fsync(folder: Path) -> list[float]:
    """Return how many seconds each of some fsyncs takes in a folder."""
    taken = []
    with (folder / "fsync").open("wb", buffering=0) as file:
        for _ in range(40):
            file.write(bytes(6_000))
            began = perf_counter()
            os.fsync(file.fileno())
            taken.append(perf_counter() - began)
    return taken
