"""The log-in page: a token in, a session out."""

from http import HTTPStatus
from urllib.parse import parse_qsl

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.exceptions import HTTPException

from curator.domain.token import Scope, Token
from curator.web import problem
from curator.web.body import Answer, BodyCutShort, BodyTooLarge, read_body, refuse, refuse_body
from curator.web.doors.attempts import Attempts
from curator.web.doors.origin import is_cross_site, own_path
from curator.web.doors.pages import PagesDoor, WrongScope
from curator.web.doors.session import SECONDS
from curator.web.headers import FORM_HEADERS, secure

_MAX_FORM = 4096


def login(door: PagesDoor, attempts: Attempts) -> Blueprint:
    """Return the blueprint of `/login` and `/logout`; forms of other sites are refused with 403."""
    blueprint = Blueprint("login", __name__)
    blueprint.before_request(lambda: _refuse_form(door))
    blueprint.after_request(secure)
    blueprint.register_error_handler(HTTPException, problem.page)

    @blueprint.get("/login")
    def show() -> Response:
        return login_page(request.args.get("next"), HTTPStatus.OK, token=door.logged_in())

    @blueprint.post("/login")
    def log_in() -> Response | Answer:
        return _log_in(door, attempts)

    @blueprint.post("/logout")
    def log_out() -> Response:
        answer = make_response(redirect("/login", HTTPStatus.SEE_OTHER))
        answer.delete_cookie(door.cookie, secure=door.secure, httponly=True, samesite="Strict")
        return answer

    return blueprint


def login_page(address: str | None, status: HTTPStatus, trouble: str = "", token: Token | None = None) -> Response:
    """Return the page that asks for a token, or says who is logged in; `address` is where a log-in leads to."""
    page = render_template("login.html", next=own_path(address), trouble=trouble, token=token)
    answer = make_response(page, status, FORM_HEADERS)
    if status is HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="curator"'
    return answer


def _log_in(door: PagesDoor, attempts: Attempts) -> Response | Answer:
    try:
        form = dict(parse_qsl(read_body(_MAX_FORM).decode("utf-8", "replace")))
    except (BodyTooLarge, BodyCutShort) as error:
        return refuse_body(error, _MAX_FORM)
    address = form.get("next")
    token = door.known(form.get("token", "").strip())
    if token is None and not attempts.take():
        # A right token is let in all the same: nobody else's failures may keep its owner out.
        answer = login_page(address, HTTPStatus.TOO_MANY_REQUESTS, "Too many log-ins failed. Try again soon.")
        answer.headers["Retry-After"] = f"{attempts.pause:.0f}"
        return answer
    if token is None:
        return login_page(address, HTTPStatus.UNAUTHORIZED, "This token is not known, or is over.")
    if token.scope is not Scope.PAGES:
        return login_page(address, HTTPStatus.FORBIDDEN, WrongScope.reason)
    answer = make_response(redirect(own_path(address), HTTPStatus.SEE_OTHER))
    answer.set_cookie(
        door.cookie, door.session(token), max_age=SECONDS, secure=door.secure, httponly=True, samesite="Strict"
    )
    return answer


def _refuse_form(door: PagesDoor) -> Answer | None:
    """Return the answer that refuses a form of another site, or one of a size that no log-in has."""
    if request.method != "POST":
        return None
    if is_cross_site(door.public_url):
        return refuse(HTTPStatus.FORBIDDEN, "this form comes from another site")
    # A length is there before the form is, so that nobody waits for one that trickles in.
    if request.endpoint == "login.log_in" and (request.content_length is None or request.content_length > _MAX_FORM):
        return refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a form has a length, of at most {_MAX_FORM} bytes")
    return None
