"""The webhook's door: a secret in a header."""

import hmac
from http import HTTPStatus

from flask import request

from curator.steps.desk.publish import SECRET_HEADER
from curator.web.body import Answer, refuse, trust_sender


def bears_secret(secret: str) -> bool:
    """Say whether a request bears the hook's secret."""
    header = request.headers.get(SECRET_HEADER, "")
    return hmac.compare_digest(header.encode("utf-8", "surrogatepass"), secret.encode("utf-8"))


def refuse_without_secret(secret: str) -> Answer | None:
    """Return the answer that refuses a request without the secret: 401 where there is none, 403 for a wrong one."""
    if bears_secret(secret):
        trust_sender()
        return None
    if SECRET_HEADER not in request.headers:
        return refuse(HTTPStatus.UNAUTHORIZED, f"header {SECRET_HEADER} is missing")
    return refuse(HTTPStatus.FORBIDDEN, f"header {SECRET_HEADER} is wrong")
