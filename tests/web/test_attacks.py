"""Attacks on a real server that others can reach, straight and through a proxy that tells nothing of who asks."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.web.attacks import Attack, attacks
from tests.web.relay import relaying
from tests.web.site import Site, serving_site


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="module", params=["straight", "proxied"])
def site(request: pytest.FixtureRequest, served: Site) -> Iterator[Site]:
    with ExitStack() as opened:
        if request.param == "straight":
            yield served
        else:
            ports = [opened.enter_context(relaying(port)) for port in (served.port, served.webhook_port)]
            yield served.behind(*ports)


@pytest.mark.parametrize("attack", list(attacks()), ids=lambda attack: f"{attack.door}: {attack.name}")
def test_every_door_holds(site: Site, attack: Attack) -> None:
    before = len(site.serving.deliveries())
    outcome = attack.send(site)
    assert attack.holds(outcome), outcome.answer[:1000]
    assert len(site.serving.deliveries()) == before + outcome.statuses.count(200) * (attack.door.startswith("webhook"))
    assert "Traceback" not in site.serving.log.read_text()
