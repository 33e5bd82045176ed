"""The production WSGI server: gunicorn, set up in Python instead of in a configuration file."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from curator.web.application import Parts, create_app
from curator.web.arbiter import HookArbiter
from curator.web.worker import PatientWorker

# Fewer than the files that a process may have open where nothing was configured.
_CONNECTIONS = 512


class HookServer(BaseApplication):  # type: ignore[misc]
    """Serves an application that each worker process makes for itself after it was forked.

    `threads` are those of a process for the webhook, by which those for others are measured, but for `api_threads`.
    `make_parts` is called once in every worker, so that threads and database connections belong to it alone. What is
    given as `companion` runs in a process of its own until SIGTERM, and again where it ends by itself.
    """

    def __init__(
        self,
        make_parts: Callable[[], Parts],
        host: str,
        ports: Sequence[int],
        workers: int,
        threads: int,
        companion: Callable[[], None] | None = None,
        api_threads: int = 2,
    ) -> None:
        self.api_threads = api_threads
        self._make_parts = make_parts
        self._companion = companion
        bind = [f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for port in ports]
        self._options: dict[str, Any] = {
            "bind": bind,
            "workers": workers,
            "threads": threads,
            "worker_class": PatientWorker,
            "worker_connections": _CONNECTIONS,
            # A request to a connection: nothing that hides behind another request is ever read as one.
            "keepalive": 0,
            "timeout": 60,
            "graceful_timeout": 10,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "proc_name": "curator-hook",
            "control_socket_disable": True,
            # No proxy is believed who it says asked, how, or under which path.
            "forwarded_allow_ips": "",
            "forwarder_headers": "",
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def run(self) -> None:
        """Serve until the process is told to stop."""
        if self._companion is None:
            super().run()
        else:
            HookArbiter(self, self._companion).run()

    def load(self) -> Flask:
        return create_app(self._make_parts())
