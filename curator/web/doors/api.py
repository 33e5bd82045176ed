"""The pull API's door: a token of its own scope in a header, and nothing else."""

from collections.abc import Mapping
from http import HTTPStatus

import structlog
from flask import request

from curator.domain.errors import CuratorError
from curator.domain.token import Scope, Token
from curator.steps.in_force.tokens import is_in_force, issued_token
from curator.steps.ports.store import StoreOpener
from curator.web.api.problem import ApiProblem
from curator.web.doors.this_machine import is_from_this_machine

_LOG = structlog.get_logger("curator.doors")
_REMEDY = "send `Authorization: Bearer TOKEN` with a token of `curator tokens issue NAME --scope api`"
_REALM = 'Bearer realm="curator"'
AWAY = {"Retry-After": "5"}
"""When to ask again while the store is away."""


class ApiDoor:
    """Says who may pull, as the store has it at the moment of asking. A session of the pages opens nothing here."""

    def __init__(self, store: StoreOpener, *, open_to_this_machine: bool) -> None:
        """Take what opens the store; `open_to_this_machine` lets in without a token as pages without log-in do."""
        self._store = store
        self._open_to_this_machine = open_to_this_machine

    def token(self) -> int | None:
        """Return the number of the token that a request is let in by, None for one from this machine without any.

        Raises ApiProblem: 401 where a token is missing, not known, expired or revoked, 403 where it opens something
        else, and 503 while the store is away, whose reason strangers are not told.
        """
        if "Authorization" not in request.headers and self._open_to_this_machine and is_from_this_machine():
            return None
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise ApiProblem(HTTPStatus.UNAUTHORIZED, "a token is missing", _REMEDY, _challenge(""))
        token = self._issued(secret.strip())
        if token is None:
            raise _refused("this token is not known")
        if token.revoked_at is not None:
            raise _refused(f"this token was revoked at {token.revoked_at}")
        if not is_in_force(token):
            raise _refused(f"this token expired at {token.expires_at}")
        if token.scope is not Scope.API:
            what = f"this token opens {token.scope.value}, not the pull API"
            headers = _challenge(', error="insufficient_scope", scope="api"')
            raise ApiProblem(HTTPStatus.FORBIDDEN, what, _REMEDY, headers)
        return token.id

    def _issued(self, secret: str) -> Token | None:
        try:
            return issued_token(self._store(), secret)
        except CuratorError as error:
            _LOG.warning("nobody can be let in", reason=str(error))
            raise ApiProblem(HTTPStatus.SERVICE_UNAVAILABLE, "not ready", headers=AWAY) from error


def _refused(error: str) -> ApiProblem:
    return ApiProblem(HTTPStatus.UNAUTHORIZED, error, _REMEDY, _challenge(', error="invalid_token"'))


def _challenge(more: str) -> Mapping[str, str]:
    return {"WWW-Authenticate": _REALM + more}
