import pytest

from curator.bootstrap.addresses import (
    hook_address,
    is_embedded,
    listening_ports,
    ml_backend_address,
    reached_at,
    server_address,
    server_token,
    server_url,
)
from curator.bootstrap.context import Context
from curator.bootstrap.secrets import shared_secrets
from curator.bootstrap.workspace import Ports
from curator.domain.errors import SettingsError


def test_all_is_on_this_machine_unless_configured(configured: Context) -> None:
    assert is_embedded(configured)
    assert (server_address(configured), server_url(configured)) == ("embedded", "http://127.0.0.1:8080")
    assert server_token(configured) == configured.workspace.credentials().token
    hook = hook_address(configured)
    assert hook.url == "http://127.0.0.1:8081/webhooks/label-studio"
    assert hook.headers == {"X-Curator-Secret": shared_secrets(configured).hook_secret}
    backend = ml_backend_address(configured)
    assert (backend.url, backend.user) == ("http://127.0.0.1:8081/ml", "label-studio")
    assert backend.password == shared_secrets(configured).ml_password


def test_ports_are_those_of_the_last_up(configured: Context) -> None:
    configured.workspace.save_ports(Ports(1234, 5678))
    assert listening_ports(configured) == Ports(1234, 5678)
    assert server_url(configured) == "http://127.0.0.1:1234"
    assert hook_address(configured).url.startswith("http://127.0.0.1:5678/")


def test_a_configured_server_and_a_public_hook_are_taken_as_they_are(
    configured: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "https://labels.example.org/")
    monkeypatch.setenv("CURATOR_HOOK__PUBLIC_URL", "https://hook.example.org/")
    assert not is_embedded(configured)
    assert server_address(configured) == server_url(configured) == "https://labels.example.org"
    assert hook_address(configured).url == "https://hook.example.org/webhooks/label-studio"
    assert ml_backend_address(configured).url == "https://hook.example.org/ml"
    with pytest.raises(SettingsError) as raised:
        server_token(configured)
    assert raised.value.name == "label_studio.token"


@pytest.mark.parametrize(
    ("host", "reached"),
    [
        ("127.0.0.1", "127.0.0.1:8081"),
        ("0.0.0.0", "127.0.0.1:8081"),  # noqa: S104 - not bound
        ("::", "[::1]:8081"),
        ("::1", "[::1]:8081"),
        ("curator.example", "curator.example:8081"),
    ],
)
def test_what_listens_everywhere_is_reached_here(host: str, reached: str) -> None:
    assert reached_at(host, 8081) == reached
