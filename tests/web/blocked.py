"""A hook whose predictor, pages and pull API wait until a file is there.

It is run as `python -m tests.web.blocked FOLDER PORT THREADS`.
"""

import sys
import time
from pathlib import Path
from typing import Any

from curator.domain.errors import CuratorError
from curator.files.version_files import VersionFileReader
from curator.files.versions import VersionFolder
from curator.label_studio.ml_backends import asked_task, labels_of
from curator.label_studio.results import prediction_value
from curator.steps.datasets.pull import Pull
from curator.steps.ports.label_server import NewPrediction
from curator.steps.ports.predictor import AskedTask, Labels
from curator.store.inbox import SqliteInbox
from curator.web.api.blueprint import Api
from curator.web.api.limits import ApiLimits
from curator.web.application import Parts
from curator.web.dashboard import Dashboard
from curator.web.doors.api import ApiDoor
from curator.web.ml_backend import MlBackend
from curator.web.server import HookServer

LOG_IN = ("label-studio", "password")
SECRET = "secret"


class Blocked:
    """Waits until a file is there, and leaves another one each time somebody begins to wait."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def wait(self, who: str) -> None:
        (self._folder / f"{who}-{time.monotonic_ns()}").touch()
        while not (self._folder / "go").exists():
            time.sleep(0.05)
        raise CuratorError("it took too long")

    def version(self) -> str:
        return "blocked"

    def predict(self, task: AskedTask, labels: Labels | None = None) -> NewPrediction:
        self.wait("prediction")
        raise AssertionError

    def overview(self) -> Any:
        self.wait("page")

    def store(self) -> Any:
        self.wait("pull")


def parts(folder: Path) -> Parts:
    blocked = Blocked(folder)
    storage = VersionFolder(folder)
    pull = Pull(blocked.store, storage, VersionFileReader(storage))
    return Parts(
        SqliteInbox(folder / "inbox.sqlite3"),
        SECRET,
        1 << 20,
        lambda: None,
        lambda: "",
        Dashboard(blocked.overview, lambda _name, _number: None),
        MlBackend(*LOG_IN, 1 << 20, blocked, asked_task, labels_of, prediction_value),
        api=Api(pull, ApiDoor(blocked.store, open_to_this_machine=True), ApiLimits(1000, 1000, 2)),
    )


if __name__ == "__main__":
    where, port, threads = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    HookServer(lambda: parts(where), "127.0.0.1", [port], 1, threads).run()
