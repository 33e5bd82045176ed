from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.up import Front, up
from curator.bootstrap.workspace import Ports, free_ports
from curator.domain.errors import CuratorError
from curator.steps.ports.progress import Progress
from tests.fakes.parts import silent


@contextmanager
def stage(title: str) -> Iterator[Progress]:
    yield silent


def test_without_label_studio_the_line_that_installs_it_is_named_and_the_store_is_there(configured: Context) -> None:
    ports = Ports(*free_ports(2))
    with pytest.raises(CuratorError) as raised:
        up(configured, ports, [], Front(lambda _: None, stage))
    assert "make install" in raised.value.remedy
    assert configured.workspace.ports() == ports
    assert configured.workspace.store.exists()
