"""Who may look: the tokens that were issued."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from curator.store.tables.base import Table


class TokenRow(Table):
    """Working state: a token by the hash of its secret; nothing changes but that it is revoked, once."""

    __tablename__ = "token"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(String(16))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[str] = mapped_column(String(32))
    expires_at: Mapped[str] = mapped_column(String(32))
    revoked_at: Mapped[str | None] = mapped_column(String(32))
