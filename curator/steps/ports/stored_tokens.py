"""The store of tokens."""

from dataclasses import dataclass, field
from typing import Protocol

from curator.domain.token import Scope, Token


@dataclass(frozen=True, slots=True)
class HashedToken:
    """A token to be kept: the hash of its secret, and times in the form of `instant`."""

    name: str
    scope: Scope
    secret_hash: str = field(repr=False)
    created_at: str
    expires_at: str


class Tokens(Protocol):
    """The store of tokens; no token itself is ever in it."""

    def add(self, token: HashedToken) -> Token:
        """Keep a token under a number that none had before, and return it."""
        ...

    def by_hash(self, secret_hash: str) -> Token | None:
        """Return the token with this hash, expired and revoked ones too, or None where there is none."""
        ...

    def by_id(self, id: int) -> Token | None:
        """Return the token with this number, expired and revoked ones too, or None where there is none."""
        ...

    def all(self) -> list[Token]:
        """Return every token, oldest first."""
        ...

    def revoke(self, id: int, at: str) -> None:
        """Revoke a token; one that is revoked keeps the time of it, one that is not there is passed over."""
        ...
