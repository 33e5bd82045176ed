import os
import signal
import time
from pathlib import Path

import pytest

from curator.bootstrap.stopping import alone, stoppable
from curator.bootstrap.workspace import Workspace
from curator.domain.errors import CuratorError


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_block_and_is_no_error(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    reached = []
    with stoppable():
        reached.append("inside")
        os.kill(os.getpid(), number)
        time.sleep(10)
        reached.append("too far")
    assert reached == ["inside"]
    assert signal.getsignal(number) is before


def test_a_workspace_is_one_ups_alone_as_long_as_it_runs(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with (
        alone(workspace),
        pytest.raises(CuratorError, match=f"is up already \\(process {os.getpid()}\\)"),
        alone(workspace),
    ):
        pass
    with alone(workspace):
        assert workspace.lock.read_text() == str(os.getpid())
