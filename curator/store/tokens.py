"""Tokens."""

import hmac
from dataclasses import asdict

from sqlalchemy import Connection, Row, Select, insert, select, update

from curator.domain.token import Scope, Token
from curator.steps.ports.stored_tokens import HashedToken
from curator.store.tables import TokenRow

_Query = Select[int, str, str, str, str, str, str | None]


class TokenTable:
    """Implements the port `Tokens`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, token: HashedToken) -> Token:
        statement = insert(TokenRow).values(asdict(token)).returning(TokenRow.id)
        number = self._connection.scalar(statement)
        return Token(int(number or 0), token.name, token.scope, token.created_at, token.expires_at)

    def by_hash(self, secret_hash: str) -> Token | None:
        row = self._connection.execute(_query().where(TokenRow.secret_hash == secret_hash)).first()
        return _token(row) if row is not None and hmac.compare_digest(row.secret_hash, secret_hash) else None

    def by_id(self, id: int) -> Token | None:
        row = self._connection.execute(_query().where(TokenRow.id == id)).first()
        return None if row is None else _token(row)

    def all(self) -> list[Token]:
        return [_token(row) for row in self._connection.execute(_query().order_by(TokenRow.id))]

    def revoke(self, id: int, at: str) -> None:
        this = (TokenRow.id == id) & TokenRow.revoked_at.is_(None)
        self._connection.execute(update(TokenRow).where(this).values(revoked_at=at))


def _query() -> _Query:
    table = TokenRow
    return select(
        table.id, table.name, table.scope, table.created_at, table.expires_at, table.secret_hash, table.revoked_at
    )


def _token(row: Row[int, str, str, str, str, str, str | None]) -> Token:
    return Token(row.id, row.name, Scope(row.scope), row.created_at, row.expires_at, row.revoked_at)
