"""The way to a Label Studio server: one client of its SDK, our errors, and retries of what only reads."""

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import stamina
from label_studio_sdk import LabelStudio

from curator.domain.errors import AnswerNotUnderstood, ServerUnreachable
from curator.label_studio.failures import ServerLacks, curator_error

T = TypeVar("T")

# What the SDK and our readers come to on JSON of another shape.
_NOT_UNDERSTOOD = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Connection:
    """Sends requests and reads their answers; raises ServerUnreachable or ServerRefused, never with the token in it."""

    def __init__(self, url: str, token: str, timeout: float) -> None:
        """Take an address, a legacy or personal access token, and the seconds that one call may last."""
        self.url = url.rstrip("/")
        # A password in the address is no thing to show.
        self.where = re.sub(r"//[^/@]*@", "//", self.url)
        self._token = token.strip()
        self._timeout = timeout

    def read(self, request: Callable[[LabelStudio], Any], reader: Callable[[Any], T]) -> T:
        """Send a request that changes nothing, up to three times, and return what its answer means."""
        for attempt in stamina.retry_context(
            on=ServerUnreachable, attempts=3, timeout=20, wait_initial=0.2, wait_max=1
        ):
            with attempt:
                return self.write(request, reader)
        raise AssertionError("the last attempt returns or raises")

    def look_up(self, request: Callable[[LabelStudio], Any], reader: Callable[[Any], T]) -> T | None:
        """Read what may be missing: None where Label Studio has no such thing."""
        try:
            return self.read(request, reader)
        except ServerLacks:
            return None

    def write(self, request: Callable[[LabelStudio], Any], reader: Callable[[Any], T]) -> T:
        """Send a request once and return what its answer means."""
        return self.understood(lambda: reader(request(self._sdk)))

    def understood(self, read: Callable[[], T]) -> T:
        """Return what an answer is read as, with the errors of asking and reading as ours."""
        try:
            return read()
        except Exception as error:
            # The foreign error quotes headers, with the token in them: it must not hang on to ours.
            if translated := curator_error(error, self.where, self._token):
                raise translated from None
            if not isinstance(error, _NOT_UNDERSTOOD):
                raise
            what = f"Label Studio's answer is not understood: {error}"
            raise AnswerNotUnderstood(what, self.where, "see that this is Label Studio 1.23 or later") from error

    def close(self) -> None:
        """Close the connections that are kept open; the next request opens new ones."""
        self._http.close()
        self.__dict__.pop("_sdk", None)
        self.__dict__.pop("_http", None)

    @cached_property
    def _http(self) -> httpx.Client:
        # A proxy of the environment is for the world outside. A redirected POST would arrive as a GET.
        beyond = urlsplit(self.url).hostname not in _LOOPBACK
        return httpx.Client(timeout=self._timeout, follow_redirects=False, trust_env=beyond)

    @cached_property
    def _sdk(self) -> LabelStudio:
        # Left alone, the SDK repeats also what is not idempotent. It needs the slash where the address has a path.
        return _make_sdk(base_url=f"{self.url}/", api_key=self._token, httpx_client=self._http, max_retries=0)


_make_sdk: Callable[..., LabelStudio] = LabelStudio
"""The SDK's client, whose own signature is untyped."""
