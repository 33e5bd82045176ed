import pytest

from curator.bootstrap.doctor.http import open_client


@pytest.mark.parametrize(
    ("url", "trusts"),
    [("http://127.0.0.1:8080", False), ("http://[::1]:8080/x", False), ("http://labels.example.org", True)],
)
def test_a_proxy_of_the_environment_is_for_other_machines_alone(url: str, trusts: bool) -> None:
    with open_client(url) as client:
        assert client.trust_env is trusts
