"""The page that says what went wrong."""

from http import HTTPStatus

from flask import render_template
from werkzeug.exceptions import HTTPException

from curator.domain.errors import CuratorError
from curator.web import wording


def page(error: HTTPException) -> tuple[str, int]:
    """Return the page of an HTTP error."""
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    reason = getattr(error, "reason", None) or wording.reason(code)
    return render_template("problem.html", title=error.name, reason=reason), code


def store_page(error: CuratorError) -> tuple[str, int]:
    """Return the page that says why the store cannot be read, for whoever was let in."""
    return render_template("problem.html", title="The store cannot be read", reason=str(error)), 503
