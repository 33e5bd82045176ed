"""The label servers that the contract is held against, and the hands of a reviewer on each."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

import httpx
import pytest

from curator.domain.schema import LabelSchema
from curator.label_studio.client import LabelStudioServer
from curator.steps.ports.adopted import AdoptedTasks
from curator.steps.ports.label_server import LabelServer, ProjectRef
from curator.steps.ports.stored_projects import StoredTask
from tests.conftest import RunningLabelStudio
from tests.fakes.label_server import FakeLabelServer
from tests.store.conftest import _postgres_template as _postgres_template
from tests.store.conftest import _sqlite_template as _sqlite_template
from tests.store.conftest import kind as kind
from tests.store.conftest import postgres as postgres
from tests.store.conftest import url as url

_NUMBERS = count(1)


class Reviewer(Protocol):
    """What a person does in Label Studio, beside curator."""

    def annotate(self, task: int, result: list[Any] | None, **fields: Any) -> int: ...

    def begin(self, task: int) -> None: ...

    def think(self) -> None: ...

    def change(self, annotation: int, **fields: Any) -> None: ...

    def delete(self, annotation: int) -> None: ...

    def delete_task(self, task: int) -> None: ...

    def delete_project(self, project: int) -> None: ...

    def disable(self, webhook: int) -> None: ...

    def delete_predictions(self, task: int) -> None: ...

    def prediction_numbers(self, task: int) -> dict[str, int]: ...

    def make_project(self, title: str, label_config: str) -> int: ...

    def import_task(self, project: int, **data: Any) -> int: ...

    def import_prediction(self, task: int, model_version: str, result: list[Any]) -> int: ...


@dataclass(frozen=True, slots=True)
class HttpReviewer:
    """A reviewer of a real Label Studio, through its raw API."""

    http: httpx.Client

    def annotate(self, task: int, result: list[Any] | None, **fields: Any) -> int:
        body = fields if result is None else {"result": result, **fields}
        answer = self.http.post(f"/api/tasks/{task}/annotations/", json=body)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    def begin(self, task: int) -> None:
        self.http.post(f"/api/tasks/{task}/drafts", json={"result": []}).raise_for_status()

    def think(self) -> None:
        """Let more time pass than making an annotation takes."""
        time.sleep(1.1)

    def change(self, annotation: int, **fields: Any) -> None:
        self.http.patch(f"/api/annotations/{annotation}/", json=fields).raise_for_status()

    def delete(self, annotation: int) -> None:
        self.http.delete(f"/api/annotations/{annotation}/").raise_for_status()

    def delete_task(self, task: int) -> None:
        self.http.delete(f"/api/tasks/{task}/").raise_for_status()

    def delete_project(self, project: int) -> None:
        self.http.delete(f"/api/projects/{project}/").raise_for_status()

    def disable(self, webhook: int) -> None:
        self.http.patch(f"/api/webhooks/{webhook}/", json={"is_active": False}).raise_for_status()

    def delete_predictions(self, task: int) -> None:
        for number in self.prediction_numbers(task).values():
            self.http.delete(f"/api/predictions/{number}/").raise_for_status()

    def prediction_numbers(self, task: int) -> dict[str, int]:
        """Return the number of each prediction of a task, by its pipeline."""
        predictions = self.http.get(f"/api/tasks/{task}/").raise_for_status().json()["predictions"]
        return {prediction["model_version"]: prediction["id"] for prediction in predictions}

    def make_project(self, title: str, label_config: str) -> int:
        answer = self.http.post("/api/projects/", json={"title": title, "label_config": label_config})
        return int(answer.raise_for_status().json()["id"])

    def import_task(self, project: int, **data: Any) -> int:
        answer = self.http.post("/api/tasks/", json={"project": project, "data": data})
        return int(answer.raise_for_status().json()["id"])

    def import_prediction(self, task: int, model_version: str, result: list[Any]) -> int:
        body = {"task": task, "model_version": model_version, "result": result}
        return int(self.http.post("/api/predictions/", json=body).raise_for_status().json()["id"])


@pytest.fixture(params=["fake", "label-studio"])
def _server_and_reviewer(request: pytest.FixtureRequest) -> tuple[LabelServer, Reviewer]:
    if request.param == "fake":
        fake = FakeLabelServer()
        return fake, fake
    running: RunningLabelStudio = request.getfixturevalue("label_studio")
    return running.client, HttpReviewer(running.http)


@dataclass(frozen=True)
class OneAdopted:
    """Implements `AdoptedTasks` for one project, of which some tasks are known, each with when it was made."""

    project: int
    tasks: Mapping[int, StoredTask] = field(default_factory=dict)

    def is_adopted(self, project: int) -> bool:
        return project == self.project

    def known(self, project: int, created: Mapping[int, str]) -> Mapping[int, StoredTask]:
        assert project == self.project
        return {number: task for number, task in self.tasks.items() if task.created_at == created.get(number)}


@pytest.fixture
def adopting(request: pytest.FixtureRequest, server: LabelServer) -> Iterator[Callable[[AdoptedTasks], LabelServer]]:
    """Return what gives the server as one that knows of an adopted project."""
    opened: list[LabelStudioServer] = []

    def adopt(adopted: AdoptedTasks) -> LabelServer:
        if isinstance(server, FakeLabelServer):
            server.adopted = adopted
            return server
        running: RunningLabelStudio = request.getfixturevalue("label_studio")
        opened.append(LabelStudioServer("test", running.url, running.token, adopted=adopted))
        return opened[-1]

    yield adopt
    for client in opened:
        client.close()


@pytest.fixture
def server(_server_and_reviewer: tuple[LabelServer, Reviewer]) -> LabelServer:
    return _server_and_reviewer[0]


@pytest.fixture
def reviewer(_server_and_reviewer: tuple[LabelServer, Reviewer]) -> Reviewer:
    return _server_and_reviewer[1]


@pytest.fixture
def new_project(server: LabelServer, default_schema: LabelSchema) -> Callable[[], ProjectRef]:
    def make() -> ProjectRef:
        number = next(_NUMBERS)
        return server.create_project(f"Contract {number}", f"contract-marker-{number}.", default_schema)

    return make


@pytest.fixture
def project(new_project: Callable[[], ProjectRef]) -> int:
    return new_project().id
