"""The pull API as a blueprint: datasets, versions, their files."""

from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from importlib.resources import files as package_files

import structlog
from flask import Blueprint, Response, abort, g, jsonify, request
from werkzeug.exceptions import HTTPException

from curator.domain.errors import CuratorError, FolderChanged, NotThere
from curator.steps.datasets.folder import MANIFEST
from curator.steps.datasets.pull import Pull
from curator.web.api import answers
from curator.web.api.facts import dataset_facts, form_facts, version_facts
from curator.web.api.limits import ApiLimits, Meter
from curator.web.api.paths import API_PATH, V1_PATH, file_path, form_file_path, form_path, version_path
from curator.web.api.problem import ApiProblem, problem
from curator.web.doors.api import AWAY, ApiDoor
from curator.web.headers import secure

_LOG = structlog.get_logger("curator.api")
FILES = 1_000
"""How many files of a format one answer names."""


@dataclass(frozen=True, slots=True)
class Api:
    """What the pull API is made of."""

    pull: Pull
    door: ApiDoor
    limits: ApiLimits


def api(parts: Api) -> Blueprint:
    """Return the blueprint of everything under `/api/`; `openapi.json` says all of it, and is open to whoever asks.

    It holds nothing that a reader of the source does not know, and who writes a client needs no token to read it.
    """
    blueprint = Blueprint("api", __name__)
    meter = Meter(parts.limits)
    blueprint.before_request(lambda: _let_in(parts.door, meter))
    blueprint.after_request(secure)
    blueprint.register_error_handler(HTTPException, problem)
    blueprint.register_error_handler(CuratorError, _explained)
    description = package_files(__package__).joinpath("openapi.json").read_bytes()
    get = partial(blueprint.get, provide_automatic_options=False)

    @get(V1_PATH + "/openapi.json")
    def openapi() -> Response:
        return answers.document(Response(description, mimetype="application/json"))

    @get(V1_PATH + "/datasets")
    def datasets() -> Response:
        return answers.document(jsonify(datasets=[dataset_facts(dataset) for dataset in parts.pull.datasets()]))

    @get(V1_PATH + "/datasets/<name>/versions/<ref>")
    def version(name: str, ref: str) -> Response:
        found = parts.pull.find(name, ref)
        answer = answers.document(jsonify(version_facts(parts.pull.version(found))))
        return _located(answer, ref, version_path(found))

    @get(V1_PATH + "/datasets/<name>/versions/<ref>/manifest")
    def manifest(name: str, ref: str) -> Response:
        found = parts.pull.find(name, ref)
        answer = answers.file(lambda: parts.pull.open(found, MANIFEST), MANIFEST, _cache(ref), meter, g.token)
        return _located(answer, ref, f"{version_path(found)}/manifest")

    @get(V1_PATH + "/datasets/<name>/versions/<ref>/files/<path:file>")
    def file(name: str, ref: str, file: str) -> Response:
        found = parts.pull.find(name, ref)
        answer = answers.file(lambda: parts.pull.open(found, file), file, _cache(ref), meter, g.token)
        return _located(answer, ref, file_path(found, file))

    @get(V1_PATH + "/datasets/<name>/versions/<ref>/formats/<form>")
    def format_files(name: str, ref: str, form: str) -> Response:
        found = parts.pull.find(name, ref)
        after = request.args.get("after", "")
        files = parts.pull.form(found, form, after, FILES + 1)
        return _located(
            answers.document(jsonify(form_facts(found, form, files, FILES))), ref, form_path(found, form, after)
        )

    @get(V1_PATH + "/datasets/<name>/versions/<ref>/formats/<form>/<path:file>")
    def format_file(name: str, ref: str, form: str, file: str) -> Response:
        found = parts.pull.find(name, ref)
        # A format may be written anew, by later code with other bytes.
        answer = answers.file(lambda: parts.pull.open_form(found, form, file), file, answers.FRESH, meter, g.token)
        return _located(answer, ref, form_file_path(found, form, file))

    @get(API_PATH + "<path:rest>")
    def nothing(rest: str) -> Response:
        # Whoever asks for what is not there is asked for a token all the same.
        abort(HTTPStatus.NOT_FOUND)

    return blueprint


def _let_in(door: ApiDoor, meter: Meter) -> None:
    if request.endpoint != "api.openapi":
        g.token = door.token()
        meter.request(g.token)


def _cache(ref: str) -> str:
    return answers.IMMUTABLE if _is_number(ref) else answers.FRESH


def _is_number(ref: str) -> bool:
    # No tag is a number, nor one with a `v` before it.
    return ref.removeprefix("v").isdecimal()


def _located(answer: Response, ref: str, path: str) -> Response:
    """Say where an answer is for good, where it was asked for by a tag."""
    if not _is_number(ref):
        answer.headers["Content-Location"] = path
    return answer


def _explained(error: CuratorError) -> Response:
    if isinstance(error, NotThere):
        return problem(ApiProblem(HTTPStatus.NOT_FOUND, error.what))
    if isinstance(error, FolderChanged):
        return problem(ApiProblem(HTTPStatus.CONFLICT, error.what, error.remedy))
    _LOG.warning("a pull is put off", reason=str(error))
    return problem(ApiProblem(HTTPStatus.SERVICE_UNAVAILABLE, "not ready", headers=AWAY))
