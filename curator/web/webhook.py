"""The webhook: checks the secret, makes the delivery durable, answers. What it holds is read later."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, jsonify

from curator.steps.desk.publish import HOOK_PATH
from curator.steps.ports.deliveries import Inbox
from curator.web.body import Answer, BodyCutShort, BodyTooLarge, NotJson, parse, read_body, refuse_body
from curator.web.doors.webhook import refuse_without_secret


def webhook(inbox: Inbox, secret: str, max_body: int, received: Callable[[], None]) -> Blueprint:
    """Return the blueprint of `POST /webhooks/label-studio`.

    Answers 401 without and 403 with a wrong secret, 413 over `max_body` bytes, 408 for a body that does not arrive, 400
    for what is not JSON, and 200 only once the delivery is durable.
    """
    blueprint = Blueprint("webhook", __name__)
    blueprint.before_request(lambda: refuse_without_secret(secret))

    @blueprint.post(HOOK_PATH)
    def receive() -> Answer:
        try:
            body = read_body(max_body)
            parse(body)
        except (BodyTooLarge, BodyCutShort) as error:
            return refuse_body(error, max_body)
        except NotJson:
            return jsonify(error="body is not JSON"), HTTPStatus.BAD_REQUEST
        delivery = inbox.put(body)
        received()
        return jsonify(delivery=delivery), HTTPStatus.OK

    return blueprint
