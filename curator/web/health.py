"""Whether the application runs, and whether it can serve."""

from collections.abc import Callable
from http import HTTPStatus
from threading import Lock

import structlog
from flask import Blueprint, Response, jsonify

from curator.web.body import Answer

_LOG = structlog.get_logger("curator.health")


def health(ready: Callable[[], str], tells: Callable[[], bool]) -> Blueprint:
    """Return the blueprint of `/healthz` and `/readyz`.

    `ready` returns why the application cannot serve, or an empty string; `tells` says whether a request may know why.
    However many ask, one of them looks, and the others have what the last look showed.
    """
    blueprint = Blueprint("health", __name__)
    look = _Look(ready)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="up")

    @blueprint.get("/readyz")
    def readyz() -> Answer:
        reason = look()
        if not reason:
            return jsonify(status="ready"), HTTPStatus.OK
        detail = {"reason": reason} if tells() else {}
        return jsonify(status="not ready", **detail), HTTPStatus.SERVICE_UNAVAILABLE

    return blueprint


class _Look:
    """The last look at what may be wrong; a store that does not answer holds one thread, not all."""

    def __init__(self, ready: Callable[[], str]) -> None:
        self._ready = ready
        self._alone = Lock()
        self._reason = "starting"

    def __call__(self) -> str:
        if self._alone.acquire(blocking=False):
            try:
                reason = self._ready()
                if reason and reason != self._reason:
                    # Strangers are not told; whoever reads the log is.
                    _LOG.warning("not ready", reason=reason)
                self._reason = reason
            finally:
                self._alone.release()
        return self._reason
