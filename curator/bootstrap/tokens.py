"""Tokens of the pages and the pull API: issued, listed, revoked; and no open house beyond this machine."""

from ipaddress import ip_address

from curator.bootstrap.context import Context
from curator.bootstrap.stores import open_store
from curator.domain.errors import CuratorError
from curator.domain.token import Scope, Token
from curator.steps.in_force import tokens


def issue(context: Context, name: str, scope: Scope, days: int) -> tuple[Token, str]:
    """Make a token; returns it with its secret, which is told this once. Raises CuratorError for a senseless name."""
    if not name.strip() or not name.isprintable() or len(name) > 100:
        raise CuratorError("a token's name is 1 to 100 printable characters", repr(name[:100]), "choose another")
    with open_store(context) as store:
        return tokens.issue(store, name.strip(), scope, days)


def list_tokens(context: Context) -> list[Token]:
    """Return every token, oldest first."""
    with open_store(context) as store, store.reading() as transaction:
        return transaction.tokens.all()


def revoke(context: Context, id: int) -> Token:
    """Let a token, and whoever logged in with it, in no more. Idempotent. Raises CuratorError where there is none."""
    with open_store(context) as store:
        return tokens.revoke(store, id)


def reachable_from_elsewhere(context: Context, host: str) -> bool:
    """Say whether others than this machine may reach what listens on a host."""
    return bool(context.settings.hook.public_url) or not is_loopback(host)


def refuse_pages_without_token(context: Context, host: str, port: int) -> None:
    """Raise CuratorError where pages would be bound beyond this machine and no token opens them."""
    if is_loopback(host):
        return
    try:
        with open_store(context) as store:
            opened = tokens.opens_anything(store, Scope.PAGES)
    except CuratorError:
        # Deliveries are taken in also while the store is away; the pages stay shut until it can be asked.
        return
    if not opened:
        remedy = "issue one with `curator tokens issue NAME`, or listen on 127.0.0.1"
        raise CuratorError("others could reach the pages, and no token opens them", f"{host}:{port}", remedy)


def is_loopback(host: str) -> bool:
    """Say whether only this machine reaches what listens on a host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
