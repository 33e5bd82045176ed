"""Requests to one server: the token for its own origin alone, waits that it asks for, a bounded number of attempts."""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException, InvalidURL
from typing import Any
from urllib.error import URLError
from urllib.parse import SplitResult, urljoin, urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from curator_client.attempts import BUSY, PASSING, Attempts, Refusal
from curator_client.errors import ClientError, NotFound, ServerGone, TokenRefused

_LONGEST_TIMEOUT = 86_400.0
_MOST_JSON = 1 << 26
_MOST_ERROR = 1 << 14
_REDIRECTS = 5

BROKEN = (OSError, HTTPException)
"""What a connection raises that fails; a timeout, too."""


class Answer:
    """An answer that was opened: its status, its headers, and its body to be read."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status
        self.headers: Mapping[str, str] = response.headers
        self._response = response

    def read(self, size: int) -> bytes:
        """Return what has come by now, up to so many bytes, none at the end."""
        data: bytes = self._response.read1(size)
        return data


class Server:
    """A curator server by its URL, which may have a path of its own, and the token for it."""

    def __init__(
        self,
        url: str,
        token: str | None,
        timeout: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Take the address, the token, how many seconds the server may be silent, and how waits are waited and spread.

        Raises ClientError for an address or a timeout that is none, TokenRefused for a token that is none.
        """
        parts = _parts(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ClientError("is no address of a server", url, "write http://HOST:PORT or https://HOST")
        if parts.username is not None or parts.query or parts.fragment:
            raise ClientError("the address of a server has a log-in or a query", parts.hostname, "leave it out")
        if token is not None and not (isinstance(token, str) and token.isascii() and token.isprintable() and token):
            raise TokenRefused("that is no token", parts.hostname, "give the one that `curator tokens issue` printed")
        if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 < timeout <= _LONGEST_TIMEOUT:
            raise ClientError("that is no timeout", parts.hostname, "give seconds, more than 0 and at most a day")
        self.url = url.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._sleep = sleep
        self._jitter = jitter
        self._opener = OpenerDirector()
        for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler()):
            self._opener.add_handler(handler)

    def attempts(self) -> Attempts:
        """Return what counts the attempts at one thing."""
        return Attempts(self._sleep, self._jitter)

    def json(self, path: str) -> Any:
        """Return the JSON value at a path below the server's URL. Raises ClientError where there is none."""
        url, attempts = f"{self.url}{path}", self.attempts()
        while True:
            try:
                with self.open(url) as answer:
                    refusal = self.refusal(answer, url)
                    if refusal is None:
                        return _value(answer, url)
            except BROKEN as error:
                if not attempts.again():
                    raise ServerGone(f"server does not answer: {reason(error)}", url, "check the address") from error
                continue
            if not attempts.again(refusal):
                raise refusal.error

    @contextmanager
    def open(self, url: str, headers: Mapping[str, str] | None = None) -> Iterator[Answer]:
        """Open a URL of the server. Raises ClientError for a redirect to another host, and what connections raise."""
        for _ in range(_REDIRECTS):
            if _origin(url) != _origin(self.url):
                what = f"server sends elsewhere, where the token is not sent: {url}"
                raise ClientError(what, self.url, "if that is the server, give its address")
            request = Request(url, headers={**(headers or {}), **self._log_in()})  # noqa: S310 - http or https, see above
            try:
                response = self._opener.open(request, timeout=self._timeout)
            except (ValueError, InvalidURL) as error:
                raise ClientError("is no address", url, "check the address of the server") from error
            if response is None:
                raise ClientError("is no address", url, "check the address of the server")
            with response:
                if response.status not in (301, 302, 303, 307, 308) or not response.headers.get("Location"):
                    yield Answer(response)
                    return
                url = _joined(url, response.headers["Location"])
        raise ClientError("server sends in circles", url, "check the address of the server")

    def _log_in(self) -> dict[str, str]:
        return {} if self._token is None else {"Authorization": f"Bearer {self._token}"}

    def refusal(self, answer: Answer, url: str) -> Refusal | None:
        """Return why the server does not give what was asked for now, None where it does.

        Raises ClientError where trying again will not help.
        """
        if answer.status in (200, 206, 416):
            return None
        error = _error(answer, url)
        if answer.status not in PASSING:
            raise error
        return Refusal(error, answer.status, answer.headers.get("Retry-After"))


def reason(error: BaseException) -> str:
    """Return why a connection failed, in some words."""
    cause = error.reason if isinstance(error, URLError) else error
    return str(cause) or type(cause).__name__


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise ClientError("server sends to what is no address", url, "check the address of the server") from None


def _parts(url: str) -> SplitResult:
    if not isinstance(url, str):
        raise ClientError("is no address of a server", repr(url)[:100], "write http://HOST:PORT or https://HOST")
    try:
        return urlsplit(url)
    except ValueError:
        raise ClientError("is no address of a server", url, "write http://HOST:PORT or https://HOST") from None


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = _parts(url)
    try:
        port = parts.port
    except ValueError:
        raise ClientError("is no address", url, "check the address of the server") from None
    return parts.scheme, parts.hostname, port or {"http": 80, "https": 443}.get(parts.scheme)


def _value(answer: Answer, url: str) -> Any:
    content = b""
    while block := answer.read(1 << 16):
        content += block
        if len(content) > _MOST_JSON:
            raise ClientError("answer is too long", url, "check the address of the server")
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        # A body that ends early is no JSON either.
        length = answer.headers.get("Content-Length", "")
        if length.isascii() and length.isdigit() and len(content) < int(length):
            raise HTTPException("answer ended early") from None
        raise ClientError("answer is no JSON", url, "check the address: it is that of a curator server") from None


def _error(answer: Answer, url: str) -> ClientError:
    """Return what the server says of a refusal."""
    try:
        problem = json.loads(answer.read(_MOST_ERROR))
    except (*BROKEN, ValueError, RecursionError):
        problem = None
    problem = problem if isinstance(problem, dict) else {}
    what = str(problem.get("error") or f"server answers {answer.status}")[:500]
    remedy = str(problem.get("remedy") or "")[:500]
    if answer.status in (401, 403):
        own = "give one that holds as token=… or in CURATOR_TOKEN; `curator tokens issue NAME --scope api` makes one"
        return TokenRefused(f"token is refused: {what}", url, remedy or own)
    if answer.status == 404:
        return NotFound(what, url, remedy or "check the name of the version and the address of the server")
    if answer.status in BUSY:
        return ServerGone(f"server is busy: {what}", url, remedy or "try again later")
    if answer.status in PASSING:
        return ServerGone(what, url, remedy or "try again later")
    return ClientError(what, url, remedy)
