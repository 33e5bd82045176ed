"""The desks that growth is measured on."""

from collections.abc import Iterator

import pytest

from tests.growth.desk import Desks


@pytest.fixture(scope="session")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    desks = Desks(tmp_path_factory.mktemp("desks"))
    yield desks
    desks.close()
