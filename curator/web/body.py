"""Bodies of requests: read up to a limit, and as long as there is time."""

import json
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, request
from gunicorn.http.errors import ParseException

from curator.web.bounded_socket import BoundedSocket

_CHUNK = 1 << 16

Answer = tuple[Response, int]


class NotJson(Exception):
    """A body is no JSON that can be read."""


class BodyTooLarge(Exception):
    """A body is over the limit."""


class BodyCutShort(Exception):
    """A body did not arrive as a whole, or not in time."""


def refuse(code: HTTPStatus, reason: str) -> Answer:
    """Return the answer that refuses a request, none of whose body need have been read."""
    return jsonify(error=reason), code


def trust_sender() -> None:
    """Give the sender of a request that was let in the time that a large body takes."""
    connection = request.environ.get("gunicorn.socket")
    if isinstance(connection, BoundedSocket):
        connection.trust()


def read_body(max_body: int) -> bytes:
    """Return the body; never holds more than the limit. Raises BodyTooLarge and BodyCutShort."""
    length = request.content_length
    if length is not None and length > max_body:
        raise BodyTooLarge
    pieces: list[bytes] = []
    size = 0
    try:
        while piece := request.stream.read(_CHUNK):
            size += len(piece)
            if size > max_body:
                raise BodyTooLarge
            pieces.append(piece)
    except (OSError, ParseException) as error:
        # The deadline, or gunicorn's own words for a body that breaks off or has malformed chunks.
        raise BodyCutShort from error
    if length is not None and size < length:
        raise BodyCutShort
    return b"".join(pieces)


def refuse_body(error: BodyTooLarge | BodyCutShort, max_body: int) -> Answer:
    """Return the answer to a body that was not read."""
    if isinstance(error, BodyTooLarge):
        return refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"body is over {max_body} bytes")
    return refuse(HTTPStatus.REQUEST_TIMEOUT, "body did not arrive in time as a whole")


def parse(body: bytes) -> Any:
    """Return the JSON value of a body. Raises NotJson, and nothing else whatever the bytes are."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotJson from error
