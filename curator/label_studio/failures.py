"""Every way in which a call to Label Studio fails, in one table, as errors of ours."""

from dataclasses import dataclass
from json import JSONDecodeError

import httpx
from label_studio_sdk.core.api_error import ApiError
from label_studio_sdk.core.parse_error import ParsingError

from curator.domain.errors import AnswerNotUnderstood, ServerFailed, ServerRefused, ServerUnreachable


class ServerLacks(ServerRefused):
    """Label Studio has nothing under this address (HTTP 404)."""


@dataclass(frozen=True, slots=True)
class _Row:
    """What an exception of a kind means, with one of these statuses and this word in the answer, if any."""

    kind: type[Exception]
    error: type[ServerRefused] | type[ServerUnreachable]
    what: str
    remedy: str = ""
    statuses: range = range(1000)
    word: str = ""


_START = "start it, or correct its address"
_ADDRESS = "correct Label Studio's address"
_TOKEN = "take the token from Account & Settings in Label Studio; a legacy token must be enabled there first"  # noqa: S105 - a remedy
_GUARD = (
    "set SSRF_PROTECTION_ENABLED=false there, for an ML backend ML_BLOCK_LOCAL_IP=false too, or give the hook a public "
    "address; curator sync needs none"
)
_HOST = "give the hook an address that Label Studio's machine can look up"
_OTHER_USER = "use the token of a user who may"
_STRAY = "look for stray characters in the token and the text"

# The first row that fits counts. The words of protocol errors are left out: they quote headers, so the token too.
_TABLE = (
    _Row(ApiError, ServerRefused, "Label Studio's SSRF guard refuses the address", _GUARD, word="reserved network"),
    _Row(ApiError, ServerRefused, "Label Studio does not know the hook's host", _HOST, word="resolve hostname"),
    _Row(ApiError, ServerRefused, "Label Studio has another address: it redirects", _ADDRESS, range(300, 400)),
    _Row(ApiError, ServerRefused, "Label Studio refuses the token", _TOKEN, range(401, 402)),
    _Row(ApiError, ServerRefused, "Label Studio forbids this: {detail}", _OTHER_USER, range(403, 404)),
    _Row(ApiError, ServerLacks, "Label Studio has no such thing: {detail}", "", range(404, 405)),
    _Row(ApiError, ServerUnreachable, "Label Studio took too long", "try again", range(408, 409)),
    _Row(ApiError, ServerUnreachable, "Label Studio asks for fewer requests", "try again later", range(429, 430)),
    _Row(ApiError, ServerFailed, "Label Studio failed: {detail}", "see its log", range(500, 501)),
    _Row(ApiError, ServerUnreachable, "Label Studio is not available: {detail}", "try again", range(501, 600)),
    _Row(ApiError, ServerRefused, "Label Studio refuses: {detail}"),
    _Row(ParsingError, AnswerNotUnderstood, "Label Studio's answer is not understood", _ADDRESS),
    _Row(JSONDecodeError, AnswerNotUnderstood, "what answers is not Label Studio", _ADDRESS),
    _Row(httpx.LocalProtocolError, ServerRefused, "the request cannot be sent", _STRAY),
    _Row(UnicodeEncodeError, ServerRefused, "the request cannot be sent", _STRAY),
    _Row(httpx.InvalidURL, ServerRefused, "Label Studio's address is malformed", _ADDRESS),
    _Row(httpx.UnsupportedProtocol, ServerRefused, "Label Studio's address is neither http nor https", _ADDRESS),
    _Row(httpx.TooManyRedirects, ServerRefused, "Label Studio's address redirects without end", _ADDRESS),
    _Row(httpx.TimeoutException, ServerUnreachable, "Label Studio did not answer in time", "try again"),
    _Row(httpx.ConnectError, ServerUnreachable, "Label Studio does not answer", _START),
    _Row(httpx.HTTPError, ServerUnreachable, "the connection to Label Studio broke", "try again"),
)


def curator_error(error: Exception, where: str, secret: str) -> ServerRefused | ServerUnreachable | None:
    """Return an exception of the SDK or of httpx as ours, or None where it is none of theirs.

    `secret` never appears in the result, whatever the server answered.
    """
    status = getattr(error, "status_code", None) or 0
    body = error.body if isinstance(error, ApiError) else None
    for row in _TABLE:
        if isinstance(error, row.kind) and status in row.statuses and row.word in str(body):
            what = row.what.format(detail=_detail(body, status))
            what = what.replace(secret, "…") if len(secret) > 7 else what
            return row.error(what, where, row.remedy, status=status or None)
    return None


def _detail(body: object, status: int) -> str:
    """Return the reason that an answer gives, in one line of at most 200 characters."""
    detail = f"HTTP {status}"
    if isinstance(body, dict):
        parts = [body.get("validation_errors"), body.get("detail"), body.get("error")]
        detail = next((str(part) for part in parts if part), str(body))
    elif isinstance(body, list):
        detail = str(body)
    line = " ".join(detail.split())
    return line if len(line) <= 200 else f"{line[:199]}…"
