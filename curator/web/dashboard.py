"""The dashboard: pages for people, drawn on the server."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, abort, render_template, request
from werkzeug.exceptions import HTTPException

from curator.domain.errors import CuratorError
from curator.steps.datasets.comparing.diff_pages import DiffPage
from curator.steps.datasets.comparing.version_changes import VersionChanges
from curator.views.overview import Overview
from curator.views.progress import DocumentState
from curator.web import problem, wording
from curator.web.charts import SCHEMES, Scheme, day_chart, share_chart
from curator.web.diff_page import diff_page
from curator.web.document_page import document_page
from curator.web.doors.pages import PagesDoor, is_known
from curator.web.front_page import compared_labels, label_shares, last_days, model_scores
from curator.web.headers import secure
from curator.web.login import login_page
from curator.web.palette import palette, style_sheet

# An image is a document of its own: Matplotlib's has styles in it, and nothing else.
_IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What the dashboard reads; `overview` is asked for with every page, so that it can start while the store is away.

    `differences` returns a page of what differs between two versions of a dataset, and raises CuratorError where one is
    not there as it was. Without a `door`, whoever uses this machine can read every document.
    """

    overview: Callable[[], Overview]
    changes: Callable[[str, int], VersionChanges | None]
    door: PagesDoor | None = None
    differences: Callable[[str, int, int, int], DiffPage] | None = None


def dashboard(parts: Dashboard) -> Blueprint:
    """Return the blueprint of all pages; 404 to unknown ids, 503 without a store.

    Strangers are answered 403, or where there is a door with tokens 401 and the log-in page; the style sheet is open.
    """
    blueprint = Blueprint(
        "dashboard", __name__, template_folder="templates", static_folder="static", static_url_path="/assets"
    )
    overview = parts.overview
    blueprint.before_request(lambda: _refuse_strangers(parts.door))
    blueprint.after_request(secure)
    wording.register(blueprint)
    blueprint.register_error_handler(HTTPException, problem.page)
    blueprint.register_error_handler(CuratorError, problem.store_page)

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

    @blueprint.get("/versions/<name>/<int:before>/<int:after>")
    def differences(name: str, before: int, after: int) -> str:
        schema = overview().schema()
        page = _differences(parts, name, before, after)
        return render_template("diff.html", **diff_page(page, palette(schema)))

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


def _differences(parts: Dashboard, name: str, before: int, after: int) -> DiffPage:
    if parts.differences is None:
        abort(HTTPStatus.NOT_FOUND)
    try:
        return parts.differences(name, before, after, request.args.get("page", 1, type=int))
    except CuratorError:
        # A version that is not on this machine, or no more what it was, is none that a page could show.
        abort(HTTPStatus.NOT_FOUND)


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


def _refuse_strangers(door: PagesDoor | None) -> Response | None:
    if door is not None and request.endpoint == "dashboard.static":
        # The log-in page needs it, and there is nothing in it.
        return None
    if is_known(door):
        return None
    if door is None:
        abort(HTTPStatus.FORBIDDEN)
    return login_page(request.full_path.rstrip("?"), HTTPStatus.UNAUTHORIZED)
