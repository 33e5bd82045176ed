"""The Flask application factory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from curator.steps.ports.deliveries import Inbox
from curator.web.api.blueprint import Api, api
from curator.web.api.paths import API_PATH
from curator.web.api.problem import problem
from curator.web.body import Answer
from curator.web.dashboard import Dashboard, dashboard
from curator.web.doors.attempts import Attempts
from curator.web.doors.this_machine import is_from_this_machine
from curator.web.doors.webhook import bears_secret
from curator.web.health import health
from curator.web.login import login
from curator.web.ml_backend import MlBackend, ml_backend
from curator.web.webhook import webhook


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application is made of.

    `received` is called after each delivery that was made durable; `ready` says in one line why the application cannot
    serve, or returns an empty string. On `webhook_port`, where it is not 0, only what Label Studio calls is answered:
    the webhook, and the ML backend if it is `ml_published`.
    """

    inbox: Inbox
    secret: str = field(repr=False)
    max_body: int
    received: Callable[[], None]
    ready: Callable[[], str]
    dashboard: Dashboard | None = None
    ml_backend: MlBackend | None = None
    webhook_port: int = 0
    ml_published: bool = True
    api: Api | None = None


def create_app(parts: Parts) -> Flask:
    """Return the application: webhook, `/healthz`, `/readyz` and, where given, dashboard, ML backend and pull API.

    Each has a door of its own; the log-in is there where the dashboard's door takes tokens.
    """
    app = Flask("curator", static_folder=None)
    # A redirect to the right number of slashes would be answered before any door is asked.
    app.url_map.merge_slashes = False
    door = None if parts.dashboard is None else parts.dashboard.door
    app.before_request(lambda: _keep_to_port(parts))
    app.register_blueprint(health(parts.ready, lambda: _may_know(parts)))
    app.register_blueprint(webhook(parts.inbox, parts.secret, parts.max_body, parts.received))
    if parts.dashboard is not None:
        app.register_blueprint(dashboard(parts.dashboard))
    if door is not None:
        app.register_blueprint(login(door, Attempts()))
    app.context_processor(lambda: {"has_login": door is not None})
    if parts.ml_backend is not None:
        app.register_blueprint(ml_backend(parts.ml_backend))
    if parts.api is not None:
        app.register_blueprint(api(parts.api))

    @app.errorhandler(HTTPException)
    def plain(error: HTTPException) -> Response | Answer:
        if request.path.startswith(API_PATH):
            return problem(error)
        return jsonify(error=error.name), error.code or HTTPStatus.INTERNAL_SERVER_ERROR

    return app


def _keep_to_port(parts: Parts) -> Answer | None:
    """Return the answer to what is asked of the port of what Label Studio calls, and is something else: 404."""
    # The port is the one that was connected to: no header says it.
    if not parts.webhook_port or request.environ.get("SERVER_PORT") != str(parts.webhook_port):
        return None
    if request.blueprint in ("webhook", "health") or (request.blueprint == "ml" and parts.ml_published):
        return None
    return jsonify(error="Not Found"), HTTPStatus.NOT_FOUND


def _may_know(parts: Parts) -> bool:
    """Say whether a request may know why the application is not ready."""
    takes_tokens = parts.dashboard is not None and parts.dashboard.door is not None
    return bears_secret(parts.secret) or (not takes_tokens and is_from_this_machine())
