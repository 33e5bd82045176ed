"""A small server of dataset versions with faults: real sockets, a thread a connection."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.waiting import HANG_SECONDS

TOKEN = "a-token-that-opens"
Change = Callable[[Any], Any]


@dataclass(frozen=True)
class Asked:
    """A request that came: its path and its headers."""

    path: str
    headers: Mapping[str, str]


@dataclass
class FaultyServer:
    """Versions by name and number, and what is wrong with the next answers.

    `faults` by path, or its end, are used up one after the other: a status with headers, the bytes of an answer, or a
    number of bytes after which the right one is cut off, or held where that is negative, until `goes_on`. `facts`
    changes what is said of versions, `bodies` what files hold. Below `prefix` alone is anything served, as behind a
    proxy: the server itself does not know of it.
    """

    folders: dict[tuple[str, int], Path] = field(default_factory=dict)
    tags: dict[tuple[str, str], int] = field(default_factory=dict)
    faults: dict[str, list[Any]] = field(default_factory=dict)
    bodies: dict[str, bytes] = field(default_factory=dict)
    facts: Change = lambda facts: facts
    gives_ranges: bool = True
    gives_tags: bool = True
    prefix: str = ""
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    lock: Lock = field(default_factory=Lock)
    goes_on: Event = field(default_factory=Event)

    def fault(self, path: str) -> Any:
        with self.lock:
            for end, waiting in self.faults.items():
                if path.endswith(end) and waiting:
                    return waiting.pop(0)
        return None

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def version(self, name: str, ref: str) -> dict[str, Any] | None:
        number = int(ref) if ref.isdigit() else self.tags.get((name, ref), 0)
        folder = self.folders.get((name, number))
        if folder is None:
            return None
        manifest = json.loads((folder / "manifest.json").read_bytes())
        names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
        files = [self._facts(name, number, folder, file) for file in names if not file.startswith("formats/")]
        tags = [tag for (dataset, tag), tagged in self.tags.items() if (dataset, tagged) == (name, number)]
        facts = {"dataset": name, "version": number, "digest": manifest["digest"], "tags": tags}
        formats = [{"name": "conll", "url": f"/api/v1/datasets/{name}/versions/{number}/formats/conll"}]
        value: dict[str, Any] = self.facts({**facts, "files": files, "formats": formats})
        return value

    def _facts(self, name: str, number: int, folder: Path, file: str) -> dict[str, Any]:
        data = (folder / file).read_bytes()
        url = f"/api/v1/datasets/{name}/versions/{number}/files/{file}"
        return {"name": file, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "url": url}


class Handler(BaseHTTPRequestHandler):
    served: FaultyServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        sent = unquote(urlsplit(self.path).path)
        path = sent.removeprefix(self.served.prefix) if sent.startswith(self.served.prefix) else "/"
        with self.served.lock:
            self.served.asked.append(Asked(path, dict(self.headers.items())))
        fault = self.served.fault(path)
        if isinstance(fault, bytes):
            self._answer(200, fault, {})
            return
        if isinstance(fault, tuple):
            status, headers = fault
            self._answer(status, b'{"error": "not now", "remedy": ""}', headers)
            return
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._answer(401, b'{"error": "token has expired", "remedy": "ask for another one"}', {})
            return
        self._give(path, fault)

    def _give(self, path: str, cut: int | None) -> None:
        asked = re.fullmatch(r"/api/v1/datasets/([^/]+)/versions/([^/]+)(?:/files/(.+))?", path)
        facts = self.served.version(asked[1], asked[2]) if asked else None
        if asked is None or facts is None:
            self._answer(404, b'{"error": "no such version", "remedy": "list the versions there are"}', {})
        elif asked[3] is None:
            self._answer(200, json.dumps(facts).encode(), {}, cut)
        else:
            data = (self.served.folders[asked[1], int(asked[2])] / asked[3]).read_bytes()
            self._file(self.served.bodies.get(asked[3], data), f'"{hashlib.sha256(data).hexdigest()}"', cut)

    def _file(self, data: bytes, tag: str, cut: int | None) -> None:
        headers = {"ETag": tag} if self.served.gives_tags else {}
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if wanted and self.served.gives_ranges and self.headers.get("If-Range", tag) == tag:
            start = int(wanted[1])
            if start >= len(data):
                self._answer(416, b"", {"Content-Range": f"bytes */{len(data)}"})
                return
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            self._answer(206, data[start:], headers, cut)
        else:
            self._answer(200, data, headers, cut)

    def _answer(self, status: int, data: bytes, headers: Mapping[str, str], cut: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data if cut is None else data[: abs(cut)])
        if cut is not None and cut < 0:
            self.wfile.flush()
            self.served.goes_on.wait(HANG_SECONDS)
        if cut is not None:
            self.close_connection = True

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@contextmanager
def serving(served: FaultyServer) -> Iterator[FaultyServer]:
    """Serve on a port of the loopback interface until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Serving", (Handler,), {"served": served}))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
