"""Label Studio's ML-backend protocol: predictions for the tasks that it asks about, whoever imported them."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import structlog
from flask import Blueprint, Response, jsonify

from curator.domain.errors import CuratorError
from curator.steps.desk.connect_backend import ML_PATH
from curator.steps.ports.label_server import NewPrediction
from curator.steps.ports.predictor import AskedTask, Labels, PipelineNotReady, Predictor
from curator.web.body import Answer, BodyCutShort, BodyTooLarge, NotJson, parse, read_body, refuse_body
from curator.web.doors.ml import refuse_without_log_in

_LOG = structlog.get_logger("curator.ml")


@dataclass(frozen=True, slots=True)
class MlBackend:
    """What the ML backend is made of: its log-in, what predicts, and how Label Studio writes tasks and predictions."""

    user: str
    password: str = field(repr=False)
    max_body: int
    predictor: Predictor
    asked_task: Callable[[Any], AskedTask]
    labels_of: Callable[[Any], Labels | None]
    payload: Callable[[NewPrediction], dict[str, Any]]


def ml_backend(parts: MlBackend) -> Blueprint:
    """Return the blueprint of all addresses that Label Studio 1.23 calls.

    Each answers 401 without the log-in, 413 over `max_body` bytes, 408 for a body that does not arrive, 400 for one of
    another shape, and 503 while the pipeline or the store is not there. Of a call only tasks and labelling interface
    are read: the token of Label Studio that comes with a setup, and a context, are not.
    """
    blueprint = Blueprint("ml", __name__, url_prefix=ML_PATH)
    blueprint.before_request(lambda: refuse_without_log_in(parts.user, parts.password))
    blueprint.register_error_handler(CuratorError, _unavailable)

    @blueprint.get("/", strict_slashes=False)
    @blueprint.get("/health")
    def health() -> Response:
        return jsonify(status="UP", model_class=type(parts.predictor).__name__)

    @blueprint.post("/setup")
    def setup() -> Answer:
        _, refusal = _object(parts.max_body)
        return refusal or (jsonify(model_version=parts.predictor.version()), HTTPStatus.OK)

    @blueprint.get("/versions")
    def versions() -> Response:
        return jsonify(versions=[parts.predictor.version()])

    @blueprint.post("/predict")
    def predict() -> Answer | Response:
        body, refusal = _object(parts.max_body)
        if refusal is not None:
            return refusal
        tasks = body.get("tasks")
        if not isinstance(tasks, list):
            return jsonify(error="body holds no list of tasks"), HTTPStatus.BAD_REQUEST
        labels = parts.labels_of(body.get("label_config"))
        results = [_prediction_payload(parts, task, labels) for task in tasks]
        # Flask would sort the keys, and a prediction would not be what a push sends to the last byte.
        return Response(json.dumps({"results": results}), mimetype="application/json")

    @blueprint.post("/webhook")
    @blueprint.post("/train")
    def event() -> Answer:
        _, refusal = _object(parts.max_body)
        return refusal or (jsonify(done="nothing", reason="training is `curator train`'s"), HTTPStatus.OK)

    return blueprint


def _prediction_payload(parts: MlBackend, task: Any, labels: Labels | None) -> dict[str, Any]:
    prediction = parts.predictor.predict(parts.asked_task(task), labels)
    number = task.get("id") if isinstance(task, dict) else None
    for problem in prediction.content.problems:
        _LOG.warning("left out of a prediction", task=number, cause=problem.cause, what=problem.item)
    return parts.payload(prediction)


def _object(max_body: int) -> tuple[dict[str, Any], Answer | None]:
    """Return the JSON object of a request, or with an empty one the answer that refuses it."""
    try:
        value = parse(read_body(max_body))
    except (BodyTooLarge, BodyCutShort) as error:
        return {}, refuse_body(error, max_body)
    except NotJson:
        return {}, (jsonify(error="body is not JSON"), HTTPStatus.BAD_REQUEST)
    if not isinstance(value, dict):
        return {}, (jsonify(error="body is no JSON object"), HTTPStatus.BAD_REQUEST)
    return value, None


def _unavailable(error: CuratorError) -> Response:
    _LOG.warning("an ML backend's answer is put off", reason=str(error))
    response = jsonify(error=error.what)
    # Label Studio shows its user the status line and nothing of the body.
    shown = "".join(char if " " <= char <= "~" else "?" for char in error.what)[:100]
    if isinstance(error, PipelineNotReady):
        response.headers["Retry-After"] = "1"
    response.status = f"{HTTPStatus.SERVICE_UNAVAILABLE.value} {shown}"
    return response
