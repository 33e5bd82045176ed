"""What the pull API says of what went wrong: one line, and what to do about it."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Response, jsonify
from werkzeug.exceptions import HTTPException

_REMEDIES: Mapping[int, str] = {
    HTTPStatus.NOT_FOUND: "`GET /api/v1/datasets` lists what there is",
    HTTPStatus.METHOD_NOT_ALLOWED: "the pull API answers GET and HEAD alone",
    HTTPStatus.PRECONDITION_FAILED: "ask for the version again: the file is another one by now",
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: "ask for bytes that the file has: `Content-Range` says how many",
    HTTPStatus.SERVICE_UNAVAILABLE: "ask again after the seconds that `Retry-After` says",
}


class ApiProblem(HTTPException):
    """An answer that is none, with headers of its own."""

    def __init__(
        self, code: HTTPStatus, error: str, remedy: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(error)
        self.code = code
        self.remedy = remedy or _REMEDIES.get(code, "")
        self.headers = headers or {}


def problem(error: HTTPException) -> Response:
    """Return the answer of an HTTP error, with the headers that belong to it."""
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    own = isinstance(error, ApiProblem)
    remedy = error.remedy if isinstance(error, ApiProblem) else _REMEDIES.get(code, "")
    answer = jsonify(error=error.description if own else HTTPStatus(code).phrase, remedy=remedy)
    answer.status_code = code
    answer.headers.update(error.headers if isinstance(error, ApiProblem) else _headers(error))
    return answer


def _headers(error: HTTPException) -> dict[str, str]:
    """Return what an error has for headers, but for those of its own page."""
    return {name: value for name, value in error.get_headers() if not name.lower().startswith("content-type")}
