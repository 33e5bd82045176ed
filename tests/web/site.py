"""A hook that others can reach, with a document in it, and all that opens it or does not open it any more."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from curator.bootstrap.context import Context
from curator.bootstrap.intake import ingest
from curator.bootstrap.secrets import shared_secrets
from curator.bootstrap.stores import open_store
from curator.domain.token import PREFIX, Scope, token_hash
from curator.steps.in_force.identity import session_key
from curator.steps.in_force.tokens import issue, revoke
from curator.steps.ports.stored_tokens import HashedToken
from curator.web.doors.session import session_value
from tests.conftest import ROOT, free_port
from tests.web.serving import Serving

NAME = "canari-de-carcassonne"
"""What no stranger may read: it is part of a document's name."""
COOKIE = "__Host-curator"
_TEXT = (
    "Le ministre des Affaires étrangères a rencontré hier à Paris son homologue, selon un communiqué du gouvernement.\n"
)
_PAST = "2020-01-01T00:00:00.000000Z"


@dataclass(frozen=True)
class Site:
    """Where it is asked, and what opens it."""

    serving: Serving
    port: int
    webhook_port: int
    secret: str
    ml_password: str
    token: str
    expired: str
    revoked: str
    other_scope: str
    session: str
    revoked_session: str

    def behind(self, port: int, webhook_port: int) -> "Site":
        """Return the same site, asked at other ports."""
        return replace(self, port=port, webhook_port=webhook_port)


@contextmanager
def serving_site(folder: Path) -> Iterator[Site]:
    """Serve such a site, with a port for what Label Studio calls alone, as long as the block lasts."""
    webhook_port = free_port()
    serving = Serving(
        folder, HOOK__PUBLIC_URL="https://curator.example", HOOK__WEBHOOK_PORT=str(webhook_port), ML__CONNECT="true"
    )
    context = Context(serving.workspace, ROOT / "configs" / "curator.toml")
    document = folder / f"{NAME}.txt"
    document.write_text(_TEXT, encoding="utf-8")
    ingest(context, [str(document)], lambda _: None, lambda _done, _total: None)
    shared = shared_secrets(context)
    with open_store(context) as store:
        token, secret = issue(store, "ada", Scope.PAGES, 1)
        gone, revoked = issue(store, "bob", Scope.PAGES, 1)
        _, other_scope = issue(store, "puller", Scope.API, 1)
        expired = PREFIX + secrets.token_urlsafe(32)
        with store.writing() as transaction:
            old = HashedToken("old", Scope.PAGES, str(token_hash(expired)), _PAST, _PAST)
            transaction.tokens.add(old)
        sessions = [session_value(session_key(store), number) for number in (token.id, gone.id)]
        revoke(store, gone.id)
    opened = (shared.hook_secret, shared.ml_password, secret, expired, revoked, other_scope)
    try:
        serving.start()
        yield Site(serving, serving.port, webhook_port, *opened, *sessions)
    finally:
        serving.kill()
