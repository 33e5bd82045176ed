"""One annotation reads the same whether a real Label Studio's webhook, listing or own address tells it."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from curator.domain.event import AnnotationObserved, AnnotationsDeleted, Event, ProjectChanged, TasksDeleted
from curator.domain.schema import LabelSchema
from curator.domain.span import Content, Span
from curator.label_studio.client import LabelStudioServer
from curator.label_studio.interface import words_of
from curator.label_studio.payloads import read_delivery
from curator.label_studio.results import write_result
from curator.steps.ports.label_server import NewPrediction, NewTask
from tests.conftest import RunningLabelStudio

TEXT = "Émoi 😀 à Tripoli"
CONTENT = Content((Span("entities", 9, 16, "GPE", 0.5, "gazetteer"),))


class Hook(ThreadingHTTPServer):
    """Keeps what is posted to it."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str | None, bytes]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    def events(self) -> list[Event]:
        """Return the events of everything that came, and forget them."""
        bodies, self.bodies = self.bodies, []
        return [event for _, body in bodies for event in read_delivery(body, "test")]


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append((self.headers["X-Curator-Secret"], body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def observed(hook: Hook, client: LabelStudioServer, project: int) -> list[AnnotationObserved]:
    """Return what the webhook told of annotations, after seeing that every other transport tells the same."""
    assert all(secret == "s" for secret, _ in hook.bodies)
    events = hook.events()
    observations = [event for event in events if isinstance(event, AnnotationObserved)]
    assert len(observations) == len(events) > 0
    for event in observations:
        assert client.annotation(int(event.state.identity.key)) == (event.state, event.task)
        task = client.task(event.task.task)
        assert task is not None
        assert event.state in task.annotations
        assert task in list(client.tasks(project))
    return observations


def test_every_transport_gives_equal_annotations(
    label_studio: RunningLabelStudio, hook: Hook, default_schema: LabelSchema
) -> None:
    client, http = label_studio.client, label_studio.http
    project = client.create_project("Transports", "transports-marker", default_schema).id
    client.save_webhook(project, f"http://127.0.0.1:{hook.server_port}/hook", {"X-Curator-Secret": "s"}, None)
    prediction = NewPrediction("rules@1", CONTENT, TEXT, -0.5)
    tasks = client.add_tasks(project, [NewTask(f"d{at}", TEXT, "a.txt", (prediction,)) for at in range(3)])
    assert hook.bodies == []

    result = write_result(CONTENT, TEXT)
    sent = {"result": result, "lead_time": 7.1, "parent_prediction": http.get(f"/api/tasks/{tasks[0]}/").json()}
    sent["parent_prediction"] = sent["parent_prediction"]["predictions"][0]["id"]
    annotation = http.post(f"/api/tasks/{tasks[0]}/annotations/", json=sent).json()["id"]
    (created,) = observed(hook, client, project)
    assert created.state.body == result
    assert created.state.parent_prediction == sent["parent_prediction"]
    assert created.task.document == "d0"
    changes: list[dict[str, Any]] = [
        {"result": []},
        {"ground_truth": True},
        {"was_cancelled": True},
        {"lead_time": 9},
        {},
    ]
    for change in changes:
        http.patch(f"/api/annotations/{annotation}/", json=change).raise_for_status()
        (updated,) = observed(hook, client, project)
        assert updated.state.identity == created.state.identity
    http.post(f"/api/tasks/{tasks[1]}/annotations/", json={"result": [], "was_cancelled": True}).raise_for_status()
    assert observed(hook, client, project)[0].state.skipped

    selected = {"all": False, "included": [tasks[1], tasks[2]]}
    accept = {"ordering": [], "selectedItems": selected, "project": str(project), "model_version": "rules@1"}
    action = "/api/dm/actions?id=predictions_to_annotations&project="
    http.post(f"{action}{project}", json=accept).raise_for_status()
    assert {event.task.task for event in observed(hook, client, project)} == {tasks[1], tasks[2]}

    http.delete(f"/api/annotations/{annotation}/").raise_for_status()
    assert hook.events() == [AnnotationsDeleted(project, (annotation,))]
    http.delete(f"/api/tasks/{tasks[0]}/").raise_for_status()
    assert hook.events() == [TasksDeleted(project, (tasks[0],))]
    http.patch(f"/api/projects/{project}/", json={"title": "Renamed"}).raise_for_status()
    assert hook.events() == [ProjectChanged(project)]
    client.update_project(project, default_schema)
    assert hook.events() == []


def test_an_import_keeps_words_scores_and_rules(label_studio: RunningLabelStudio, default_schema: LabelSchema) -> None:
    client = label_studio.client
    project = client.create_project("Import", "import-marker", default_schema).id
    (task,) = client.add_tasks(project, [NewTask("d", TEXT, "a.txt", (NewPrediction("rules@1", CONTENT, TEXT, -0.5),))])
    stored_task = label_studio.http.get(f"/api/tasks/{task}/").json()
    assert stored_task["data"] == {"text": TEXT, "document": "d", "source": "a.txt"}
    (prediction,) = stored_task["predictions"]
    assert prediction["result"] == write_result(CONTENT, TEXT)
    assert prediction["score"] == -0.5
    assert prediction["model_version"] == "rules@1"
    fields = label_studio.http.get(f"/api/projects/{project}/").json()
    assert fields["sampling"] == "Uncertainty sampling"
    assert fields["show_collab_predictions"]
    assert fields["show_instruction"]
    assert words_of(fields["expert_instruction"]) == words_of(default_schema.instruction)
    assert fields["model_version"] == "rules@1"
