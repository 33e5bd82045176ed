"""The ML backend's door: a user's name and password."""

import hmac
from http import HTTPStatus

from flask import Response, request

from curator.web.body import refuse, trust_sender


def refuse_without_log_in(expected_user: str, expected_password: str) -> Response | None:
    """Return the answer that refuses a request without the log-in: 401."""
    login = request.authorization
    user, password = (login.username, login.password) if login is not None and login.type == "basic" else (None, None)
    # Both are compared whatever the first says, so that the time tells nothing.
    matching = [_matches(user, expected_user), _matches(password, expected_password)]
    if all(matching):
        trust_sender()
        return None
    response, status = refuse(HTTPStatus.UNAUTHORIZED, "user or password is missing or wrong")
    response.status_code = status
    response.headers["WWW-Authenticate"] = 'Basic realm="curator", charset="UTF-8"'
    return response


def _matches(value: str | None, expected: str) -> bool:
    return hmac.compare_digest((value or "").encode("utf-8", "surrogatepass"), expected.encode("utf-8"))
