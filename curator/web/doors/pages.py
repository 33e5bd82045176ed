"""The door of pages that others than this machine can reach: a token, or a session of whoever logged in with one."""

from http import HTTPStatus
from typing import NoReturn

import structlog
from flask import abort, request
from werkzeug.exceptions import Forbidden

from curator.domain.errors import CuratorError
from curator.domain.token import Scope, Token
from curator.steps.in_force.identity import session_key
from curator.steps.in_force.tokens import known_token, token_in_force
from curator.steps.ports.store import StoreOpener
from curator.web.doors.session import session_value, token_of_session
from curator.web.doors.this_machine import is_from_this_machine

_LOG = structlog.get_logger("curator.doors")


class WrongScope(Forbidden):
    """A token opens something else."""

    reason = "This token opens something else, not the pages."


class PagesDoor:
    """Says who may see the pages, as the store has it at the moment of asking.

    Every method aborts with 503 while the store is away, and tells a stranger nothing of why.
    """

    def __init__(self, store: StoreOpener, public_url: str = "") -> None:
        """Take what opens the store, and the address that browsers know the pages under, where that is another."""
        self._store = store
        self._key: bytes | None = None
        self.public_url = public_url
        self.secure = public_url.lower().startswith("https://")

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; the prefix has browsers keep it to this host and to HTTPS."""
        return "__Host-curator" if self.secure else "curator"

    def bearer(self) -> Token | None:
        """Return the token in force that a request bears, whatever it opens."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        return self.known(secret.strip())

    def known(self, secret: str) -> Token | None:
        """Return the token in force whose secret this is, whatever it opens."""
        try:
            return known_token(self._store(), secret)
        except CuratorError as error:
            _away(error)

    def logged_in(self) -> Token | None:
        """Return the token in force that the session of a request stands for."""
        value = request.cookies.get(self.cookie)
        if value is None:
            return None
        try:
            number = token_of_session(self._signing_key(), value)
            token = None if number is None else token_in_force(self._store(), number)
        except CuratorError as error:
            _away(error)
        return token if token is not None and token.scope is Scope.PAGES else None

    def session(self, token: Token) -> str:
        """Return a new session of a token."""
        try:
            return session_value(self._signing_key(), token.id)
        except CuratorError as error:
            _away(error)

    def admits(self) -> bool:
        """Say whether the pages are open to a request. Raises WrongScope for a token that opens something else."""
        token = self.bearer()
        if token is not None and token.scope is not Scope.PAGES:
            raise WrongScope
        return token is not None or self.logged_in() is not None

    def _signing_key(self) -> bytes:
        if self._key is None:
            self._key = session_key(self._store())
        return self._key


def is_known(door: PagesDoor | None) -> bool:
    """Say whether the pages are open to a request, at the door there is or, without one, to this machine alone."""
    return is_from_this_machine() if door is None else door.admits()


def _away(error: CuratorError) -> NoReturn:
    _LOG.warning("nobody can be let in", reason=str(error))
    abort(HTTPStatus.SERVICE_UNAVAILABLE)
