"""The baseline of the hook: a Flask view that commits its body as one SQLite row, on the same server as the hook.

Run as `python -m benchmarks.bare_view FILE PORT WORKERS THREADS`.
"""

import sqlite3
import sys
import threading

from flask import Flask, Response, jsonify, request

from curator.steps.desk.publish import HOOK_PATH
from curator.web.server import HookServer

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000")


class BareServer(HookServer):
    """Serves the bare view with the worker class, the threads and the settings of the hook's own server."""

    def __init__(self, file: str, port: int, workers: int, threads: int) -> None:
        self._file = file
        super().__init__(lambda: NotImplemented, "127.0.0.1", [port], workers, threads)

    def load(self) -> Flask:
        app = Flask("bare")
        opened = threading.local()

        def connection() -> sqlite3.Connection:
            if not hasattr(opened, "connection"):
                opened.connection = sqlite3.connect(self._file, isolation_level=None)
                for pragma in _PRAGMAS:
                    opened.connection.execute(f"PRAGMA {pragma}")
                opened.connection.execute("CREATE TABLE IF NOT EXISTS delivery (id INTEGER PRIMARY KEY, body BLOB)")
            return opened.connection  # type: ignore[no-any-return]

        @app.post(HOOK_PATH)
        def keep() -> Response:
            cursor = connection().execute("INSERT INTO delivery (body) VALUES (?)", (request.get_data(),))
            return jsonify(delivery=cursor.lastrowid)

        @app.get("/readyz")
        def ready() -> Response:
            return jsonify(status="ready")

        return app


if __name__ == "__main__":
    BareServer(sys.argv[1], *(int(argument) for argument in sys.argv[2:])).run()
