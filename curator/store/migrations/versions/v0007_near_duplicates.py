"""Signatures of near-duplicates that stay small as the corpus grows."""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
