"""Deliveries against a real Label Studio that fails on one annotation, or altogether."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.errors import CuratorError
from curator.label_studio.client import LabelStudioServer
from curator.label_studio.payloads import read_delivery
from curator.steps.desk.accept import Acceptor
from curator.steps.desk.publish import publish
from curator.steps.desk.push_lease import push_lease
from curator.steps.desk.receive import Receiver, applier_lease
from curator.steps.ports.deliveries import DeliveryFacts
from tests.conftest import RunningLabelStudio
from tests.e2e.spoiler import Answer, Spoiler
from tests.fakes.parts import silent
from tests.fakes.world import HOOK, World

TEXTS = [f"Marie vit à Paris, dit le témoin {number}." for number in range(20)]
ANSWERS: dict[str, Answer] = {
    "a failure": (500, '{"detail": "broken"}'),
    "a refusal": (400, '{"detail": "no"}'),
    "another shape": (200, '["odd"]'),
    "no JSON": (200, "<html>under maintenance</html>"),
    "not available": (503, ""),
}


@dataclass
class Waiting:
    """Twenty deliveries, each of which makes the receiver ask for one annotation."""

    world: World
    receiver: Receiver
    spoiler: Spoiler
    annotations: list[int]

    def pending(self) -> list[DeliveryFacts]:
        return self.world.inbox.recent(99, "pending")


@pytest.fixture(params=ANSWERS)
def answer(request: pytest.FixtureRequest) -> Answer:
    return ANSWERS[request.param]


@pytest.fixture
def waiting(world: World, label_studio: RunningLabelStudio) -> Iterator[Waiting]:
    spoiler = Spoiler(label_studio.url)
    server = LabelStudioServer("real", spoiler.url, label_studio.token)
    world.ingest(*TEXTS)
    with push_lease(world.store, server.name, "a test") as lease:
        marker = f"curator:{world.folder}"
        project = publish(world.store, server, world.schema, marker, HOOK, lease, silent).project
    annotations = [_annotate(label_studio, task) for task in sorted(server.task_index(project))]
    acceptor = Acceptor(world.store, server, world.schema, READ_ANNOTATION, applier_lease(world.store))
    receiver = Receiver(world.inbox, world.store, acceptor, read_delivery)
    for number in annotations:
        # It is not true, so that the annotation is asked for and taken in.
        body = {"action": "ANNOTATIONS_DELETED", "project": {"id": project}, "annotations": [{"id": number}]}
        world.inbox.put(json.dumps(body).encode())
    yield Waiting(world, receiver, spoiler, annotations)
    server.close()
    spoiler.close()


def _annotate(label_studio: RunningLabelStudio, task: int) -> int:
    body: dict[str, Any] = {"result": []}
    return int(label_studio.http.post(f"/api/tasks/{task}/annotations/", json=body).raise_for_status().json()["id"])


def test_one_annotation_that_label_studio_fails_on_holds_up_no_other(waiting: Waiting, answer: Answer) -> None:
    poisoned = waiting.annotations[0]
    waiting.spoiler.answers[f"/api/annotations/{poisoned}/"] = answer
    assert waiting.receiver.drain() == {"pending": 1, "applied": 19}
    (delivery,) = waiting.pending()
    assert delivery.attempts == 1
    assert delivery.cause
    assert len(waiting.world.current_states()) == 19
    waiting.spoiler.answers.clear()
    assert waiting.receiver.lease.take()
    assert waiting.receiver.apply_waiting(at_once=True) == {"applied": 1}
    assert len(waiting.world.current_states()) == 20


def test_a_label_studio_that_fails_altogether_is_held_against_no_delivery(waiting: Waiting, answer: Answer) -> None:
    waiting.spoiler.answers["/api/"] = answer
    for _ in range(3):
        with pytest.raises(CuratorError):
            waiting.receiver.drain()
    assert {delivery.attempts for delivery in waiting.pending()} == {0}
    assert len(waiting.pending()) == 20
    waiting.spoiler.answers.clear()
    assert waiting.receiver.drain() == {"applied": 20}
