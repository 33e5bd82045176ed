import pytest

from curator.domain.token import Scope, Token, token_hash

SECRET = "curator_" + "a" * 43
MADE, ENDS = "2026-11-01T00:00:00.000000Z", "2026-12-01T00:00:00.000000Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "curator_",
        SECRET[:-1],
        SECRET + "a",
        SECRET.upper(),
        f" {SECRET}",
        f"{SECRET}\n",
        SECRET[:-1] + "é",
        "b" + SECRET,
    ],
)
def test_what_has_not_the_form_of_a_token_has_no_hash(text: str) -> None:
    assert token_hash(text) is None


def test_a_token_has_a_hash_that_does_not_hold_it() -> None:
    hashed = token_hash(SECRET)
    assert hashed is not None
    assert len(hashed) == 64
    assert "aaaa" not in hashed


@pytest.mark.parametrize(
    ("revoked_at", "now", "holds"),
    [
        (None, MADE, True),
        (None, "2026-11-30T23:59:59.999999Z", True),
        (None, ENDS, False),
        (None, "2027-01-01T00:00:00.000000Z", False),
        (MADE, MADE, False),
    ],
)
def test_a_token_holds_until_it_ends_or_is_revoked(revoked_at: str | None, now: str, holds: bool) -> None:
    assert Token(1, "ada", Scope.PAGES, MADE, ENDS, revoked_at).holds(now) is holds
