"""The ML backend's protocol, as Label Studio 1.23 speaks it, with pipelines of a few lines."""

import base64
import io
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from curator.bootstrap.ml_backend import SharedPipeline
from curator.domain.canonical import document_id
from curator.domain.errors import CuratorError
from curator.domain.prediction import PipelineId
from curator.domain.span import Content
from curator.label_studio.interface import labelling_config
from curator.label_studio.ml_backends import asked_task, labels_of
from curator.label_studio.results import prediction_value
from curator.steps.learning.predict_task import TaskPredictor
from curator.steps.ports.pipelines import Pipeline
from curator.steps.ports.predictor import PipelineNotReady
from curator.store.database import SqlStore
from curator.store.inbox import SqliteInbox
from curator.web.application import Parts, create_app
from curator.web.ml_backend import MlBackend
from tests.fakes.parts import SCHEMA, HalfPipeline, NamePipeline, raw, schema_with_label
from tests.fakes.world import World, sqlite_store
from tests.waiting import HANG_SECONDS

LOG_IN = ("label-studio", "correct")
LIMIT = 20_000
LONGEST = 500
PATHS = [
    ("GET", "health"),
    ("GET", ""),
    ("POST", "setup"),
    ("GET", "versions"),
    ("POST", "predict"),
    ("POST", "webhook"),
]


class Backend:
    """An application with an ML backend on a store, and Label Studio's way to ask it."""

    def __init__(self, folder: Path, pipeline: Callable[[float], Pipeline], store: SqlStore | None = None) -> None:
        self.store = store or sqlite_store(folder / "store.sqlite3")
        predictor = TaskPredictor(lambda: self.store, pipeline, LONGEST)
        ml_backend = MlBackend(*LOG_IN, LIMIT, predictor, asked_task, labels_of, prediction_value)
        self._inbox = SqliteInbox(folder / "inbox.sqlite3")
        app = create_app(Parts(self._inbox, "hook", LIMIT, lambda: None, str, ml_backend=ml_backend))
        self.client: FlaskClient = app.test_client()

    def close(self) -> None:
        self.store.engine.dispose()
        self._inbox.engine.dispose()

    def call(self, method: str, path: str, **more: Any) -> TestResponse:
        more = {"auth": LOG_IN, **({"json": {}} if method == "POST" and "data" not in more else {}), **more}
        return self.client.open(f"/ml/{path}", method=method, **more)

    def predict(self, *texts: Any, **more: Any) -> list[Any]:
        tasks = [{"id": at, "project": 1, "data": {"text": text}} for at, text in enumerate(texts, start=1)]
        return self.ask(tasks, **more)

    def ask(self, tasks: list[Any], **more: Any) -> list[Any]:
        body = {
            "tasks": tasks,
            "project": "1.1767",
            "params": {"login": None, "password": None, "context": None},
            **more,
        }
        answer = self.call("POST", "predict", json=body)
        assert answer.status_code == 200, answer.text
        results: list[Any] = answer.get_json()["results"]
        assert len(results) == len(tasks)
        return results


def names(patience: float) -> Pipeline:
    return NamePipeline()


@pytest.fixture
def make_backend(tmp_path: Path) -> Iterator[Callable[..., Backend]]:
    with ExitStack() as made:
        yield lambda *arguments: made.enter_context(closing(Backend(tmp_path, *arguments)))


@pytest.fixture
def backend(make_backend: Callable[..., Backend]) -> Backend:
    return make_backend(names)


def words_of_spans(prediction: dict[str, Any], text: str) -> list[str]:
    """Return the words of each region, which must be those of the text as it was sent."""
    words = []
    for item in prediction["result"]:
        value = item["value"]
        assert text[value["start"] : value["end"]] == value["text"]
        assert (item["from_name"], item["to_name"], item["type"]) == ("entities", "text", "labels")
        words.append(value["text"])
    return words


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_every_address_wants_the_log_in(backend: Backend, method: str, path: str) -> None:
    assert backend.call(method, path).status_code in (200, 400)
    wrong = [
        None,
        ("label-studio", "wrong"),
        ("label-studio", ""),
        ("label-studio", "correct "),
        ("", "correct"),
        ("labél", "cörrect"),
        ("correct", "label-studio"),
    ]
    for log_in in wrong:
        answer = backend.call(method, path, auth=log_in)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
        assert answer.get_json() == {"error": "user or password is missing or wrong"}


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic x",
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Bearer correct",
        "Digest a=b",
    ],
)
def test_a_malformed_log_in_is_a_wrong_log_in(backend: Backend, header: str) -> None:
    assert backend.call("GET", "health", auth=None, headers={"Authorization": header}).status_code == 401


def test_the_protocols_answers(backend: Backend) -> None:
    assert backend.call("GET", "health").get_json()["status"] == "UP"
    asked = {
        "project": "1.1767",
        "schema": "<View/>",
        "hostname": "http://x",
        "access_token": "t",
        "extra_params": None,
    }
    assert backend.call("POST", "setup", json=asked).get_json() == {"model_version": "names@d1"}
    assert backend.call("GET", "versions").get_json() == {"versions": ["names@d1"]}
    for action in ("START_TRAINING", "ANNOTATION_CREATED"):
        answer = backend.call("POST", "webhook", json={"action": action})
        assert (answer.status_code, answer.get_json()["done"]) == (200, "nothing")
    assert backend.call("POST", "train").status_code == 200
    assert backend.call("GET", "nowhere").status_code == 404
    assert backend.call("GET", "predict").status_code == 405


@pytest.mark.parametrize("path", ["predict", "setup", "webhook"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'"text"', 400),
        (b"\xff", 400),
        (b"[" * 5000, 400),
        (b" " * LIMIT + b"1", 413),
    ],
)
def test_a_body_of_another_shape_is_refused(backend: Backend, path: str, body: bytes, status: int) -> None:
    answer = backend.call("POST", path, data=body)
    assert (answer.status_code, list(answer.get_json())) == (status, ["error"])


@pytest.mark.parametrize("body", [{}, {"tasks": None}, {"tasks": {}}, {"tasks": "x"}])
def test_a_prediction_needs_a_list_of_tasks(backend: Backend, body: dict[str, Any]) -> None:
    assert backend.call("POST", "predict", json=body).status_code == 400


def test_a_body_without_content_length_has_the_same_limit(backend: Backend) -> None:
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    stream = io.BytesIO(b'{"tasks": []}'.rjust(LIMIT + 1))
    assert backend.call("POST", "predict", data=stream, environ_overrides=chunked).status_code == 413


def test_each_task_gets_its_prediction_in_order(backend: Backend) -> None:
    texts = ["Marie vit à Paris", "rien", "", "Tripoli"]
    predictions = backend.predict(*texts)
    assert [words_of_spans(prediction, text) for prediction, text in zip(predictions, texts, strict=True)] == [
        ["Marie", "Paris"],
        [],
        [],
        ["Tripoli"],
    ]
    assert {prediction["model_version"] for prediction in predictions} == {"names@d1"}
    assert [prediction["score"] for prediction in predictions] == [1 / 1.5, 1, 1, 1 / 1.25]
    assert backend.ask([]) == []


@pytest.mark.parametrize(
    "task",
    [None, 1, "text", [], {}, {"data": None}, {"data": []}, {"data": {}}, {"data": {"texte": "Paris"}}]
    + [{"id": 1, "data": {"text": text}} for text in (None, 7, ["Paris"], {"text": "Paris"}, "", " \r\n")],
)
def test_a_task_without_text_has_an_empty_prediction(backend: Backend, task: Any) -> None:
    assert backend.ask([task]) == [{"model_version": "names@d1", "result": [], "score": 1}]


@pytest.mark.parametrize("text", ["Paris\0", "Paris \ud800", "Paris " * 100])
def test_a_text_that_could_not_be_ingested_has_an_empty_prediction_and_is_logged(backend: Backend, text: str) -> None:
    with capture_logs() as logs:
        assert backend.predict(text, "Paris")[0]["result"] == []
    assert [(entry["task"], entry["cause"]) for entry in logs] == [(1, "text-refused")]
    assert "Paris" not in str(logs)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("😀 Paris, 🇫🇷 Lyon", ["Paris", "Lyon"]),
        ("👩‍👩‍👧‍👦 Marie\u00a0Curie", ["Marie", "Curie"]),
        ("un\r\nParis\r\n\r\nde Lyon\r\n", ["Paris", "Lyon"]),
        ("un\rParis", ["Paris"]),
        ("\ufeffParis", ["Paris"]),
        ("\ufeff\ufeffà Paris\ufeff", ["Paris"]),
        ("de\u0301ja\u0300 E\u0301lyse\u0301e, Orle\u0301ans", ["E\u0301lyse\u0301e", "Orle\u0301ans"]),
        ("𝐁on 𝔸 Paris", ["Paris"]),
        ("\u212bngstro\u0308m à Paris", ["Paris"]),
        ("\u1112\u1161\u11ab Paris\u202f!", ["Paris"]),
        ("<b>Paris</b> &amp; \\n Lyon", ["Paris", "Lyon"]),
    ],
)
def test_spans_lie_on_the_text_as_it_was_sent(backend: Backend, text: str, words: list[str]) -> None:
    (prediction,) = backend.predict(text)
    assert words_of_spans(prediction, text) == words


@settings(suppress_health_check=list(HealthCheck), max_examples=50)
@given(st.text(st.sampled_from("AParisÉ e\u0301\u0323\r\n\ufeff😀👩\u200d\u00a0\u0958\u1100\u1161"), max_size=40))
def test_whatever_is_sent_every_region_has_its_own_words(backend: Backend, text: str) -> None:
    (prediction,) = backend.predict(text)
    assert all(word.strip() for word in words_of_spans(prediction, text))


def test_what_has_no_exact_place_is_left_out_and_logged(make_backend: Callable[..., Backend]) -> None:
    backend = make_backend(lambda _: HalfPipeline())
    # NFC takes the first character apart, so half of it has no place in this text.
    text = "\u0958 Paris"
    with capture_logs() as logs:
        (prediction,) = backend.predict(text)
    assert words_of_spans(prediction, text) == ["Paris"]
    assert prediction["score"] == 1 / 1.25
    assert [entry["cause"] for entry in logs] == ["offsets-split-a-character", "relation-without-span"]
    (whole,) = backend.predict("K Paris")
    assert [item["type"] for item in whole["result"]] == ["labels", "labels", "relation"]


def test_labels_that_the_project_lacks_are_left_out(backend: Backend) -> None:
    config = labelling_config(SCHEMA)
    assert len(backend.predict("Paris", label_config=config)[0]["result"]) == 1
    without = labelling_config(schema_with_label("ORG")).replace('value="GPE"', 'value="LOC"')
    with capture_logs() as logs:
        assert backend.predict("Paris", label_config=without)[0] == {
            "model_version": "names@d1",
            "result": [],
            "score": 1,
        }
    assert [entry["cause"] for entry in logs] == ["unknown-label"]
    for unreadable in ("", "<View", "<!DOCTYPE View []><View/>", None, 7):
        assert len(backend.predict("Paris", label_config=unreadable)[0]["result"]) == 1


def test_a_context_of_interactive_annotating_changes_nothing(backend: Backend) -> None:
    context = {"result": [{"id": "r", "type": "labels", "value": {"start": 0, "end": 3}}]}
    assert backend.ask([{"data": {"text": "Paris"}}], params={"context": context}) == backend.predict("Paris")


def test_a_document_of_ours_has_the_prediction_that_was_pushed(
    make_backend: Callable[..., Backend], world: World
) -> None:
    text = "Marie vit à Paris"
    world.ingest(raw("a.txt", text))
    world.preannotate()
    world.push()
    ((task, ref),) = world.server.known_tasks(world.project).items()
    (pushed,) = world.server.predictions(task)
    pipeline = NamePipeline()
    backend = make_backend(lambda _: pipeline, world.sql)
    ours = {"text": text, "document": ref.document, "source": "a.txt"}
    (given,) = backend.ask([{"id": task, "data": ours}])
    assert json.dumps(given) == json.dumps(prediction_value(pushed))
    assert pipeline.seen == 0
    # Another text under our key, and our text under none, are texts like any other.
    for data in ({"text": text + ".", "document": document_id(text)}, {"text": text}, {"text": text, "document": "x"}):
        (prediction,) = backend.ask([{"data": data}])
        assert prediction["result"] == prediction_value(pushed)["result"]
    assert pipeline.seen == 3
    backend = make_backend(lambda _: NamePipeline(digest="d2"), world.sql)
    assert backend.ask([{"data": {"text": text, "document": ref.document}}])[0]["model_version"] == "names@d2"


def test_a_pipeline_that_is_not_there_yet_is_named_in_the_status_line(make_backend: Callable[..., Backend]) -> None:
    def missing(patience: float) -> Pipeline:
        raise PipelineNotReady("the pipeline is still being loaded\r\nX: é", "here", "ask again")

    backend = make_backend(missing)
    for method, path in [("POST", "setup"), ("GET", "versions"), ("POST", "predict")]:
        answer = backend.call(method, path, **({"json": {"tasks": [{}]}} if method == "POST" else {}))
        assert answer.status == "503 the pipeline is still being loaded??X: ?"
        assert "X" not in answer.headers
        assert answer.headers["Retry-After"] == "1"
    assert backend.call("GET", "health").status_code == 200


class Loader:
    """Loads pipelines that are named in turn by `source`, and notes in which threads they work."""

    def __init__(self) -> None:
        self.source = "one"
        self.loads: list[str] = []
        self.threads: set[int] = set()
        self.busy = 0
        self.gate = threading.Event()
        self.gate.set()
        self.failure: CuratorError | None = None

    def load(self, source: str) -> Pipeline:
        self.gate.wait(HANG_SECONDS)
        if self.failure is not None:
            raise self.failure
        self.loads.append(source)
        return _Watched(self, PipelineId(source, "d"))


class _Watched:
    def __init__(self, loader: Loader, id: PipelineId) -> None:
        self.id = id
        self._loader = loader

    def annotate(self, texts: Iterable[str]) -> Iterator[Content]:
        for _ in texts:
            self._loader.busy += 1
            self._loader.threads.add(threading.get_ident())
            assert self._loader.busy == 1
            self._loader.busy -= 1
            yield Content()


def test_a_pipeline_is_loaded_once_and_works_in_one_thread() -> None:
    loader = Loader()
    shared = SharedPipeline(lambda: loader.source, loader.load)
    assert loader.loads == []
    askers = [threading.Thread(target=lambda: list(shared(HANG_SECONDS).annotate(["x"] * 50))) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert loader.loads == ["one"]
    assert len(loader.threads) == 1
    loader.source = "two"
    assert str(shared(HANG_SECONDS).id) == "two@d"
    assert loader.loads == ["one", "two"]


def test_a_slow_or_failing_load_is_reported_and_tried_again() -> None:
    loader = Loader()
    shared = SharedPipeline(lambda: loader.source, loader.load)
    loader.gate.clear()
    shared.warm_up()
    with pytest.raises(PipelineNotReady, match="still being loaded"):
        shared(0.05)
    loader.failure = CuratorError("no such spaCy pipeline", "x", "name one")
    loader.gate.set()
    with pytest.raises(CuratorError, match="no such spaCy pipeline"):
        shared(HANG_SECONDS)
    loader.failure = None
    assert str(shared(HANG_SECONDS).id) == "one@d"
    assert loader.loads == ["one"]
