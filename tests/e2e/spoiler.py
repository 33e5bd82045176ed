"""A relay between curator and Label Studio that answers single requests itself, wrongly."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from tests.waiting import HANG_SECONDS

Answer = tuple[int, str]


class Spoiler:
    """Passes requests on to Label Studio, but for those whose path begins as one of `answers` says."""

    def __init__(self, label_studio: str) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        spoiler = self

        class Handler(BaseHTTPRequestHandler):
            def pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                spoiler.asked.append(self.path)
                for path, (status, text) in spoiler.answers.items():
                    if self.path.startswith(path):
                        self.answer(status, text.encode())
                        return
                headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                answer = httpx.request(
                    self.command,
                    label_studio + self.path,
                    content=body,
                    headers=headers,
                    timeout=HANG_SECONDS,
                    trust_env=False,
                )
                self.answer(answer.status_code, answer.content)

            do_GET = do_POST = do_PATCH = do_DELETE = pass_on  # noqa: N815 - what the server looks for

            def answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing: the test's output is the test's."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
