"""The dashboard: pages for people, drawn on the server."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, abort, render_template, request
from werkzeug.exceptions import HTTPException

from curator.domain.errors import CuratorError
from curator.steps.datasets.version_changes import VersionChanges
from curator.views.overview import Overview
from curator.views.progress import DocumentState
from curator.web import wording
from curator.web.charts import SCHEMES, Scheme, day_chart, share_chart
from curator.web.document_page import document_page
from curator.web.front_page import compared_labels, label_shares, last_days, model_scores
from curator.web.guard import refuse_strangers, secure
from curator.web.palette import palette, style_sheet

# An image is a document of its own: Matplotlib's has styles in it, and nothing else.
_IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What the dashboard reads, and the host names it answers to beside those of this machine itself.

    `overview` is asked for with every page, so that an application can start while the store is away.
    Whoever can reach the application under one of `hosts` can read every document: there is no log-in.
    """

    overview: Callable[[], Overview]
    changes: Callable[[str, int], VersionChanges | None]
    hosts: Collection[str] = ()


def dashboard(parts: Dashboard) -> Blueprint:
    """Return the blueprint of all pages; they answer 403 to strangers, 404 to unknown ids and 503 without a store."""
    blueprint = Blueprint(
        "dashboard", __name__, template_folder="templates", static_folder="static", static_url_path="/assets"
    )
    overview = parts.overview
    blueprint.before_request(lambda: refuse_strangers(parts.hosts))
    blueprint.after_request(secure)
    wording.register(blueprint)
    blueprint.register_error_handler(HTTPException, _problem)
    blueprint.register_error_handler(CuratorError, _no_store)

    @blueprint.get("/")
    def front() -> str:
        return _front(parts)

    @blueprint.get("/documents")
    def documents() -> str:
        state = _state(request.args.get("state"))
        listing = overview().documents(state, request.args.get("page", 1, type=int))
        progress = overview().progress()
        return render_template("documents.html", listing=listing, state=state, progress=progress)

    @blueprint.get("/documents/<id>")
    def document(id: str) -> str:
        view = overview().document(id)
        if view is None:
            abort(HTTPStatus.NOT_FOUND)
        return render_template("document.html", **document_page(view, palette(overview().schema())))

    _add_images(blueprint, overview)
    return blueprint


def _add_images(blueprint: Blueprint, overview: Callable[[], Overview]) -> None:
    @blueprint.get("/labels.css")
    def labels() -> Response:
        return Response(style_sheet(overview().schema()), mimetype="text/css")

    @blueprint.get("/charts/days-<scheme>.svg")
    def days(scheme: str) -> Response:
        shown = last_days(overview().progress().days)
        return _image(scheme, lambda colours: day_chart("Submitted annotations per day", shown, colours))

    @blueprint.get("/charts/labels-<scheme>.svg")
    def shares(scheme: str) -> Response:
        shown = label_shares(overview().labels())
        return _image(scheme, lambda colours: share_chart("What became of predicted spans", shown, colours))


def _front(parts: Dashboard) -> str:
    overview = parts.overview()
    progress, deliveries = overview.progress(), overview.deliveries()
    versions = [(version, parts.changes(version.dataset, version.number)) for version in overview.versions()]
    # Last, as it starts work that goes on beside.
    report = overview.labels()
    return render_template(
        "front.html",
        progress=progress,
        days=last_days(progress.days),
        match_kinds=tuple(wording.REVIEW_WORDS),
        report=report,
        compared=compared_labels(report),
        deliveries=deliveries,
        versions=versions,
        models=[(model, model_scores(model.scores)) for model in overview.models()],
        palette=palette(overview.schema()),
    )


def _state(name: str | None) -> DocumentState | None:
    if not name:
        return None
    try:
        return DocumentState(name)
    except ValueError:
        abort(HTTPStatus.NOT_FOUND)


def _image(scheme: str, draw: Callable[[Scheme], bytes]) -> Response:
    if scheme not in SCHEMES:
        abort(HTTPStatus.NOT_FOUND)
    headers = {"Content-Security-Policy": _IMAGE_POLICY}
    return Response(draw(SCHEMES[scheme]), mimetype="image/svg+xml", headers=headers)


def _problem(error: HTTPException) -> tuple[str, int]:
    code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    return render_template("problem.html", title=error.name, reason=wording.reason(code)), code


def _no_store(error: CuratorError) -> tuple[str, int]:
    return render_template("problem.html", title="The store cannot be read", reason=str(error)), 503
