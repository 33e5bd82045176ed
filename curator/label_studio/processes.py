"""Processes of this machine: who listens where, and ending a process with all it started."""

import errno
import os
import signal
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psutil

# How far two readings of one process's time of creation may lie apart: the clock may have been set between them.
_CLOCK = 2.0


def port_taken(host: str, port: int) -> bool:
    """Say whether something listens on a port already. Raises OSError where this machine cannot listen there at all."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Without this, a connection that was closed a moment ago would count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return True
    return False


def listener(port: int) -> str:
    """Name the process that listens on a port, as far as the system shows it; else return an empty text."""
    with suppress(psutil.Error, OSError):
        for connection in psutil.net_connections(kind="inet"):
            if connection.status == psutil.CONN_LISTEN and connection.pid and _port(connection.laddr) == port:
                return f"{psutil.Process(connection.pid).name()}, process {connection.pid}"
    return ""


def listened_ports(pid: int) -> set[int]:
    """Return the ports that a process and its children listen on."""
    ports: set[int] = set()
    with suppress(psutil.Error, OSError):
        top = psutil.Process(pid)
        for process in (top, *top.children(recursive=True)):
            with suppress(psutil.Error):
                connections = process.net_connections(kind="inet")
                ports.update(
                    _port(connection.laddr) for connection in connections if connection.status == psutil.CONN_LISTEN
                )
    return ports


def _port(address: Any) -> int:
    return int(address.port) if address else 0


def created_at(pid: int) -> float:
    """Return when a process began, in seconds since the epoch; raises ProcessLookupError where it is gone."""
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        raise ProcessLookupError(pid) from None


def still_runs(pid: int, created: float) -> bool:
    """Say whether this very process still runs, and not another one that was given its number."""
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - created) < _CLOCK and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def end_by_command(command: Sequence[str | os.PathLike[str]]) -> None:
    """End by force every process that was started with these arguments, whatever interpreter ran them.

    For the children of a server that was killed: they have no leader any more.
    """
    arguments = [os.fspath(part) for part in command[1:]]
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.cmdline()[1:] == arguments:
                process.kill()
                process.wait(10)


def end_group(pid: int, created: float, grace: float) -> None:
    """End a process that leads its own group, and the group: politely, and by force after `grace` seconds."""
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, grace)):
        if not still_runs(pid, created):
            return
        with suppress(ProcessLookupError):
            if os.getpgid(pid) == pid:
                os.killpg(pid, number)
            else:
                os.kill(pid, number)
        with suppress(psutil.Error):
            psutil.Process(pid).wait(patience)
