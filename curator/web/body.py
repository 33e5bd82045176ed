"""Bodies of requests: read up to a limit, and drained where they are refused."""

import json
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, request

_CHUNK = 1 << 16
# A sender is let finish before it is refused, so that it reads the answer instead of a broken connection.
_PATIENCE = 128 << 20


Answer = tuple[Response, int]


class NotJson(Exception):
    """A body is no JSON that can be read."""


def refuse(code: HTTPStatus, reason: str) -> Answer:
    """Return the answer that refuses a request, once the sender has finished."""
    _drain()
    return jsonify(error=reason), code


def read_body(max_body: int) -> bytes | None:
    """Return the body, or None where it is too large; never holds more than the limit."""
    if request.content_length is not None and request.content_length > max_body:
        return None
    pieces: list[bytes] = []
    size = 0
    while piece := request.stream.read(_CHUNK):
        size += len(piece)
        if size > max_body:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def parse(body: bytes) -> Any:
    """Return the JSON value of a body. Raises NotJson, and nothing else whatever the bytes are."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotJson from error


def _drain() -> None:
    remaining = _PATIENCE
    while remaining > 0 and (piece := request.stream.read(_CHUNK)):
        remaining -= len(piece)
