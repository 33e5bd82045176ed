"""No secret follows a redirect, whoever asks."""

from collections.abc import Callable

import pytest

from curator.bootstrap.addresses import hook_address, ml_backend_address
from curator.bootstrap.context import Context
from curator.bootstrap.doctor import hook, server
from curator.bootstrap.doctor.check import Check
from curator.bootstrap.push import _await_pipeline
from curator.bootstrap.servers import connect
from curator.domain.errors import CuratorError
from tests.redirecting import Listener, redirecting

TOKEN = "0123456789" * 4
STATUSES = [301, 302, 307, 308]


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("check", [hook.secret, hook.answers], ids=["secret", "answers"])
def test_the_doctor_takes_no_secret_of_the_hook_elsewhere(
    configured: Context, monkeypatch: pytest.MonkeyPatch, status: int, check: Callable[[Context], Check]
) -> None:
    with redirecting(status) as (here, there):
        monkeypatch.setenv("CURATOR_HOOK__PUBLIC_URL", here.url)
        result = check(configured)
        _assert_led_nowhere(result, here, there)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("check", [server.label_studio, server.token], ids=["label-studio", "token"])
def test_the_doctor_takes_no_token_of_label_studio_elsewhere(
    configured: Context, monkeypatch: pytest.MonkeyPatch, status: int, check: Callable[[Context], Check]
) -> None:
    with redirecting(status) as (here, there):
        monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", here.url)
        monkeypatch.setenv("CURATOR_LABEL_STUDIO__TOKEN", TOKEN)
        result = check(configured)
        assert not result.ok
        assert here.heard
        assert not there.heard
        assert TOKEN not in f"{result}"


def _assert_led_nowhere(result: Check, here: Listener, there: Listener) -> None:
    assert (result.ok, len(here.heard), there.heard) == (False, 1, [])
    assert there.url in result.detail
    assert "public_url" in result.remedy


@pytest.mark.parametrize("status", STATUSES)
def test_no_call_of_label_studio_follows_a_redirect(
    configured: Context, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    with redirecting(status) as (here, there):
        monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", here.url)
        monkeypatch.setenv("CURATOR_LABEL_STUDIO__TOKEN", TOKEN)
        with connect(configured, "a server") as label_studio:
            for call in (
                label_studio.whoami,
                lambda: label_studio.project(1),
                lambda: label_studio.webhooks(1),
                lambda: label_studio.save_webhook(1, "http://hook", {"X": "y"}, None),
                lambda: label_studio.ml_backends.backends(1),
            ):
                with pytest.raises(CuratorError) as raised:
                    call()
                assert TOKEN not in str(raised.value)
        assert any(TOKEN in heard for heard in here.heard)
        assert not there.heard


@pytest.mark.parametrize("status", STATUSES)
def test_waiting_for_the_pipeline_follows_no_redirect(
    configured: Context, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    with redirecting(status) as (here, there):
        monkeypatch.setenv("CURATOR_HOOK__PUBLIC_URL", here.url)
        _await_pipeline(ml_backend_address(configured))
        assert "Authorization: Basic" in here.heard[0]
        assert not there.heard
        assert hook_address(configured).url.startswith(here.url)
