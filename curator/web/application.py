"""The Flask application factory."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException

from curator.steps.ports.deliveries import Inbox
from curator.web.dashboard import Dashboard, dashboard
from curator.web.ml_backend import MlBackend, ml_backend
from curator.web.webhook import webhook


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application is made of.

    `received` is called after each delivery that was made durable; `ready` says in one line why the application cannot
    serve, or returns an empty string.
    """

    inbox: Inbox
    secret: str
    max_body: int
    received: Callable[[], None]
    ready: Callable[[], str]
    dashboard: Dashboard | None = None
    ml_backend: MlBackend | None = None


def create_app(parts: Parts) -> Flask:
    """Return the application: webhook, `/healthz`, `/readyz` and, where it is given them, dashboard and ML backend."""
    app = Flask("curator")
    app.register_blueprint(webhook(parts.inbox, parts.secret, parts.max_body, parts.received))
    if parts.dashboard is not None:
        app.register_blueprint(dashboard(parts.dashboard))
    if parts.ml_backend is not None:
        app.register_blueprint(ml_backend(parts.ml_backend))

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="up")

    @app.get("/readyz")
    def readyz() -> tuple[Response, int]:
        reason = parts.ready()
        if reason:
            return jsonify(status="not ready", reason=reason), HTTPStatus.SERVICE_UNAVAILABLE
        return jsonify(status="ready"), HTTPStatus.OK

    @app.errorhandler(HTTPException)
    def plain(error: HTTPException) -> tuple[Response, int]:
        return jsonify(error=error.name), error.code or HTTPStatus.INTERNAL_SERVER_ERROR

    return app
