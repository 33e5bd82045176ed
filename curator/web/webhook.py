"""The webhook: checks the secret, makes the delivery durable, answers. What it says is read later."""

import hmac
import json
from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request

from curator.steps.publish import HOOK_PATH, SECRET_HEADER
from curator.steps.store_ports import Inbox

_CHUNK = 1 << 16
# A sender is let finish before it is refused, so that it reads the answer instead of a broken connection.
_PATIENCE = 128 << 20


def webhook(inbox: Inbox, secret: str, max_body: int, received: Callable[[], None]) -> Blueprint:
    """Return the blueprint of `POST /webhooks/label-studio`.

    Answers 401 without and 403 with a wrong secret, 413 over `max_body` bytes, 400 for what is not JSON, and 200 only
    once the delivery is durable.
    """
    blueprint = Blueprint("webhook", __name__)

    @blueprint.post(HOOK_PATH)
    def receive() -> tuple[Response, int]:
        given = request.headers.get(SECRET_HEADER)
        if given is None:
            return _refuse(HTTPStatus.UNAUTHORIZED, f"header {SECRET_HEADER} is missing")
        if not hmac.compare_digest(given.encode("utf-8"), secret.encode("utf-8")):
            return _refuse(HTTPStatus.FORBIDDEN, f"header {SECRET_HEADER} is wrong")
        body = _read(max_body)
        if body is None:
            return _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"body is over {max_body} bytes")
        if not _is_json(body):
            return jsonify(error="body is not JSON"), HTTPStatus.BAD_REQUEST
        delivery = inbox.put(body)
        received()
        return jsonify(delivery=delivery), HTTPStatus.OK

    return blueprint


def _refuse(code: HTTPStatus, reason: str) -> tuple[Response, int]:
    _drain()
    return jsonify(error=reason), code


def _read(max_body: int) -> bytes | None:
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


def _drain() -> None:
    left = _PATIENCE
    while left > 0 and (piece := request.stream.read(_CHUNK)):
        left -= len(piece)


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True
