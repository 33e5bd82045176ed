"""Every failure of the SDK and of httpx is one of ours."""

from collections.abc import Iterator
from json import JSONDecodeError

import httpx
import pytest
from label_studio_sdk.core.api_error import ApiError
from label_studio_sdk.core.parse_error import ParsingError

from curator.domain.errors import AnswerNotUnderstood, CuratorError, ServerFailed, ServerRefused, ServerUnreachable
from curator.label_studio.failures import ServerLacks, curator_error

SECRET = "0123456789abcdef"


def ours(error: Exception) -> ServerRefused | ServerUnreachable:
    translated = curator_error(error, "http://here", SECRET)
    assert translated is not None
    assert SECRET not in str(translated)
    assert "\n" not in str(translated)
    return translated


def kinds(of: type[Exception]) -> Iterator[type[Exception]]:
    yield of
    for kind in of.__subclasses__():
        yield from kinds(kind)


@pytest.mark.parametrize("kind", [*kinds(httpx.HTTPError), httpx.InvalidURL])
def test_every_error_of_httpx_is_known(kind: type[Exception]) -> None:
    error = kind.__new__(kind)
    Exception.__init__(error, f"header Token {SECRET}")
    assert isinstance(ours(error), ServerRefused | ServerUnreachable)


@pytest.mark.parametrize("status", [None, *range(300, 600)])
def test_every_status_is_known(status: int | None) -> None:
    error = ours(ApiError(status_code=status, body={"detail": f"no\nto {SECRET}"}))
    assert isinstance(error, ServerUnreachable if (status or 0) >= 500 or status in (408, 429) else ServerRefused)
    assert error.status == status


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, ServerRefused, "refuses the token"),
        (404, ServerLacks, "no such thing"),
        (500, ServerFailed, "failed"),
        (502, ServerUnreachable, "not available"),
        (302, ServerRefused, "redirects"),
    ],
)
def test_a_status_says_what_to_do(status: int, kind: type[CuratorError], words: str) -> None:
    error = ours(ApiError(status_code=status, body="<html>"))
    assert type(error) is kind
    assert words in str(error)


def test_the_guard_against_private_addresses_is_named_with_its_remedy() -> None:
    body = {"detail": "URL resolves to a reserved network address (block: 127.0.0.0/8)"}
    assert "SSRF_PROTECTION_ENABLED=false" in ours(ApiError(status_code=403, body=body)).remedy


def test_a_host_that_label_studio_cannot_look_up_is_refused_though_it_fails() -> None:
    assert type(ours(ApiError(status_code=500, body={"detail": "Can't resolve hostname hook.lan"}))) is ServerRefused


def test_answers_that_are_not_label_studios_are_not_understood() -> None:
    assert type(ours(JSONDecodeError("x", "y", 0))) is AnswerNotUnderstood
    assert type(ours(ParsingError(status_code=200))) is AnswerNotUnderstood


def test_errors_of_nobody_else_stay_what_they_are() -> None:
    assert curator_error(KeyError("x"), "http://here", SECRET) is None
