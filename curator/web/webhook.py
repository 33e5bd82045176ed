"""The webhook: checks the secret, makes the delivery durable, answers. What it holds is read later."""

import hmac
from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request

from curator.steps.desk.publish import HOOK_PATH, SECRET_HEADER
from curator.steps.ports.deliveries import Inbox
from curator.web.body import NotJson, parse, read_body, refuse


def webhook(inbox: Inbox, secret: str, max_body: int, received: Callable[[], None]) -> Blueprint:
    """Return the blueprint of `POST /webhooks/label-studio`.

    Answers 401 without and 403 with a wrong secret, 413 over `max_body` bytes, 400 for what is not JSON, and 200 only
    once the delivery is durable.
    """
    blueprint = Blueprint("webhook", __name__)

    @blueprint.post(HOOK_PATH)
    def receive() -> tuple[Response, int]:
        header = request.headers.get(SECRET_HEADER)
        if header is None:
            return refuse(HTTPStatus.UNAUTHORIZED, f"header {SECRET_HEADER} is missing")
        if not hmac.compare_digest(header.encode("utf-8"), secret.encode("utf-8")):
            return refuse(HTTPStatus.FORBIDDEN, f"header {SECRET_HEADER} is wrong")
        body = read_body(max_body)
        if body is None:
            return refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"body is over {max_body} bytes")
        try:
            parse(body)
        except NotJson:
            return jsonify(error="body is not JSON"), HTTPStatus.BAD_REQUEST
        delivery = inbox.put(body)
        received()
        return jsonify(delivery=delivery), HTTPStatus.OK

    return blueprint
