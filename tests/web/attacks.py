"""What strangers try at each door, byte by byte, and what may come of it."""

import base64
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from curator.steps.desk.publish import HOOK_PATH, SECRET_HEADER
from tests.waiting import HANG_SECONDS
from tests.web.site import COOKIE, NAME, Site
from tests.web.trickle import trickling

REFUSED = (400, 401, 403, 404, 405, 411, 413, 414, 431, 501, 505)
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Outcome:
    """What came of an attack: the statuses of all answers, and what they held."""

    statuses: tuple[int, ...]
    answer: str

    @property
    def leaks(self) -> bool:
        return NAME in self.answer


@dataclass(frozen=True)
class Attack:
    """Something that is sent to a door; `holds` says whether the door held. A control is what must get through."""

    door: str
    name: str
    send: Callable[[Site], Outcome]
    holds: Callable[[Outcome], bool]


def attacks() -> Iterator[Attack]:
    """Yield all of them, the controls of a door first."""
    yield from _pages()
    yield from _credentials()
    yield from _paths()
    yield from _forms()
    yield from _webhook()
    yield from _ml()
    yield from _api()
    yield from _webhook_port()


def ask(port: int, request: str | bytes) -> Outcome:
    """Send bytes as they are, and return all that comes back until the connection ends."""
    raw = request.encode("latin-1") if isinstance(request, str) else request
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=HANG_SECONDS) as connection, suppress(ConnectionError):
        with suppress(ConnectionError):
            # Whoever is refused early may have been answered all the same.
            connection.sendall(raw)
        while piece := connection.recv(1 << 16):
            answer += piece
    return _outcome(answer)


def _outcome(answer: bytes) -> Outcome:
    text = answer.decode("utf-8", "replace")
    statuses = [line.split(" ")[1] for line in text.splitlines() if line.startswith("HTTP/1.")]
    return Outcome(tuple(int(status) for status in statuses if status.isdigit()), text)


def head(method: str, path: str, *headers: str, host: str = "curator.example", body: str = "") -> str:
    """Return a request, with the length of its body where it has one."""
    length = (f"Content-Length: {len(body)}",) if body or method == "POST" else ()
    lines = (f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", *length, *headers)
    return "\r\n".join(lines) + "\r\n\r\n" + body


def _plainly(request: str) -> Callable[[Site], Outcome]:
    return lambda site: ask(site.port, request)


def refused(outcome: Outcome) -> bool:
    """Say whether nothing but refusals came back, if anything, and nothing of what is behind the door."""
    return not outcome.leaks and set(outcome.statuses) <= set(REFUSED)


def answered(*statuses: int) -> Callable[[Outcome], bool]:
    """Return what says whether one answer came back, with one of these statuses, and nothing leaked."""
    return lambda outcome: len(outcome.statuses) == 1 and outcome.statuses[0] in statuses and not outcome.leaks


def _pages() -> Iterator[Attack]:
    def get(name: str, *headers: str, host: str = "curator.example", path: str = "/documents") -> Attack:
        return Attack("pages", name, lambda site: ask(site.port, head("GET", path, *headers, host=host)), refused)

    yield Attack(
        "pages",
        "control: a token",
        lambda site: ask(site.port, head("GET", "/documents", f"Authorization: Bearer {site.token}")),
        lambda outcome: outcome.statuses == (200,) and outcome.leaks,
    )
    yield Attack(
        "pages",
        "control: a session",
        lambda site: ask(site.port, head("GET", "/documents", f"Cookie: {COOKIE}={site.session}")),
        lambda outcome: outcome.statuses == (200,) and outcome.leaks,
    )
    yield get("no token")
    for host in ("127.0.0.1", "localhost", "[::1]:8081", "127.0.0.1.nip.example"):
        yield get(f"Host: {host}", host=host)
    yield get("DNS rebinding", host="rebound.evil.example:8081")
    for header in (
        "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-Host: localhost",
        "X-Real-IP: 127.0.0.1",
        "Forwarded: for=127.0.0.1;host=localhost",
        "Client-IP: 127.0.0.1",
        "X-Original-URL: /healthz",
        "X-Rewrite-URL: /documents",
        "X-Forwarded-User: ada",
        "Remote-User: ada",
        "SCRIPT_NAME: /documents",
        "Script-Name: /documents",
        "Sec-Fetch-Site: same-origin",
    ):
        yield get(header, header)
    for path in ("/", "/labels.css", "/charts/days-light.svg", "/documents?state=waiting"):
        yield get(f"GET {path}", path=path)


def _credentials() -> Iterator[Attack]:
    def bear(name: str, header: Callable[[Site], str], path: str = "/documents") -> Attack:
        return Attack("pages", name, lambda site: ask(site.port, head("GET", path, header(site))), refused)

    yield bear("a token that was never issued", lambda _: "Authorization: Bearer curator_" + "a" * 43)
    yield bear("an expired token", lambda site: f"Authorization: Bearer {site.expired}")
    yield bear("a revoked token", lambda site: f"Authorization: Bearer {site.revoked}")
    yield bear("a token of another scope", lambda site: f"Authorization: Bearer {site.other_scope}")
    yield bear("the webhook's secret", lambda site: f"Authorization: Bearer {site.secret}")
    yield bear("the webhook's secret, its header", lambda site: f"{SECRET_HEADER}: {site.secret}")
    yield bear("the ML backend's log-in", lambda site: _basic("label-studio", site.ml_password))
    yield bear("a token as a cookie", lambda site: f"Cookie: {COOKIE}={site.token}")
    yield bear("a session after its token was revoked", lambda site: f"Cookie: {COOKIE}={site.revoked_session}")
    yield bear("a session of another token", lambda site: f"Cookie: {COOKIE}=2.{site.session.partition('.')[2]}")
    yield bear("a session, prolonged", lambda site: f"Cookie: {COOKIE}={_prolonged(site.session)}")
    yield bear("a session under another name", lambda site: f"Cookie: curator={site.session}")
    yield Attack(
        "pages",
        "a token in the address",
        lambda site: ask(site.port, head("GET", f"/documents?token={site.token}&access_token={site.token}")),
        refused,
    )


def _prolonged(session: str) -> str:
    token, ends, signature = session.split(".")
    return f"{token}.{int(ends) + 1}.{signature}"


def _basic(user: str, password: str) -> str:
    return "Authorization: Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _paths() -> Iterator[Attack]:
    for path in (
        "//documents",
        "/./documents",
        "/%2e%2e/documents",
        "/%64ocuments",
        "/documents%2f",
        "/documents;a=b",
        "/webhooks/../documents",
        f"{HOOK_PATH}/../../documents",
        f"{HOOK_PATH}/..%2f..%2fdocuments",
        "/ml/..%2fdocuments",
        "/assets/..%2f..%2fdocuments",
        "/assets/../documents",
        "/assets/%2e%2e/templates/front.html",
        "/healthz/../documents",
        "/documents%00",
        "/documents\\..\\healthz",
        "http://127.0.0.1/documents",
    ):
        yield Attack("pages", f"GET {path}", _plainly(head("GET", path)), refused)
    for method in ("HEAD", "OPTIONS", "TRACE", "POST", "PUT", "DELETE", "PATCH", "get", "PROPFIND"):
        override = "X-HTTP-Method-Override: GET"
        request = head(method, "/documents", override)
        yield Attack("pages", f"{method} /documents", _plainly(request), refused)
    yield Attack("pages", "HTTP/0.9", lambda site: ask(site.port, "GET /documents\r\n\r\n"), refused)
    yield Attack("pages", "HTTP/1.0 without Host", lambda site: ask(site.port, "GET / HTTP/1.0\r\n\r\n"), refused)


def _forms() -> Iterator[Attack]:
    def log_in(name: str, *headers: str, holds: Callable[[Outcome], bool], address: str = "/") -> Attack:
        def send(site: Site) -> Outcome:
            body = f"token={site.token}&next={address}"
            return ask(site.port, head("POST", "/login", f"Content-Type: {_FORM}", *headers, body=body))

        return Attack("log-in", name, send, holds)

    def without_cookie(outcome: Outcome) -> bool:
        return refused(outcome) and "set-cookie" not in outcome.answer.lower()

    def leads_home(outcome: Outcome) -> bool:
        lines = outcome.answer.lower().splitlines()
        places = [line.partition(":")[2].strip() for line in lines if line.startswith("location:")]
        cookies = [line for line in lines if line.startswith("set-cookie:")]
        return outcome.statuses == (303,) and places == ["/"] and len(cookies) == 1

    yield log_in("control: a token", holds=leads_home)
    evil = "Origin: https://evil.example"
    yield log_in("another site's form", evil, "Sec-Fetch-Site: cross-site", holds=without_cookie)
    yield log_in("another site's form, an old browser", evil, holds=without_cookie)
    yield log_in("a form in a sandbox", "Origin: null", holds=without_cookie)
    yield log_in("a form of a sibling site", "Sec-Fetch-Site: same-site", holds=without_cookie)
    for address in ("https://evil.example/", "//evil.example", "/%5Cevil.example", "/%09/evil.example"):
        yield log_in(f"leads to {address}", holds=leads_home, address=address)
    yield log_in("a header in the address", holds=leads_home, address="/%0d%0aSet-Cookie:%20a=b")
    yield Attack(
        "log-in",
        "another site logs out",
        lambda site: ask(site.port, head("POST", "/logout", evil, f"Cookie: {COOKIE}={site.session}")),
        without_cookie,
    )
    yield Attack(
        "log-in",
        "a form of 1 MB",
        lambda site: ask(site.port, head("POST", "/login", f"Content-Type: {_FORM}", body="token=" + "a" * 1_000_000)),
        refused,
    )


def _webhook() -> Iterator[Attack]:
    small, large = "{}", " " * ((1 << 20) + 1)

    def deliver(
        name: str, headers: Callable[[Site], str], holds: Callable[[Outcome], bool], body: str = small
    ) -> Attack:
        def send(site: Site) -> Outcome:
            return ask(site.port, head("POST", HOOK_PATH, *headers(site).splitlines(), body=body))

        return Attack("webhook", name, send, holds)

    def right(site: Site) -> str:
        return f"{SECRET_HEADER}: {site.secret}"

    yield deliver("control: the secret", right, answered(200))
    yield deliver("no secret", lambda _: "", answered(401))
    yield deliver("a wrong secret", lambda _: f"{SECRET_HEADER}: wrong", answered(403))
    yield deliver("a part of the secret", lambda site: f"{SECRET_HEADER}: {site.secret[:-1]}", answered(403))
    yield deliver("two secrets", lambda site: f"{SECRET_HEADER}: wrong\n{right(site)}", answered(400, 403))
    yield deliver("with underscores", lambda site: f"X_Curator_Secret: {site.secret}", answered(400, 401))
    yield deliver("a token of the pages", lambda site: f"Authorization: Bearer {site.token}", answered(401))
    yield deliver("too large, no secret", lambda _: "", refused, large)
    yield deliver("too large", right, answered(413), large)
    chunked = f"{len(large):x}\r\n{large}\r\n0\r\n\r\n"
    yield Attack(
        "webhook", "too large, in chunks", lambda site: ask(site.port, _chunked(right(site), chunked)), refused
    )
    yield Attack("webhook", "a hundred slow bodies beside a delivery", _slowly, answered(200))
    names = '{"action": "a\\r\\nSet-Cookie: a=b\\r\\n\\r\\n<script>"}'
    yield deliver("a header in a name", right, _delivered_without_cookie, names)
    for name, rest in (
        ("length and chunks", "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("chunks and length", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n"),
        ("two lengths", "Content-Length: 0\r\nContent-Length: 44\r\n\r\n"),
        ("odd chunks", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    ):
        outer = f"POST /nowhere HTTP/1.1\r\nHost: a\r\n{rest}"
        yield Attack(
            "smuggling",
            name,
            _hidden_behind(outer),
            refused,
        )


def _hidden_behind(outer: str) -> Callable[[Site], Outcome]:
    # What is smuggled would be let in, so that it shows where it arrives.
    def send(site: Site) -> Outcome:
        return ask(site.port, outer + head("POST", HOOK_PATH, f"{SECRET_HEADER}: {site.secret}", body="{}"))

    return send


def _delivered_without_cookie(outcome: Outcome) -> bool:
    return answered(200)(outcome) and "set-cookie" not in outcome.answer.lower()


def _chunked(header: str, body: str) -> str:
    lines = (f"POST {HOOK_PATH} HTTP/1.1", "Host: a", "Connection: close", header, "Transfer-Encoding: chunked")
    return "\r\n".join(lines) + f"\r\n\r\n{body}"


def _slowly(site: Site) -> Outcome:
    begins = f"POST {HOOK_PATH} HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
    with trickling(site.port, 100, begins.encode(), b" "):
        return ask(site.port, head("POST", HOOK_PATH, f"{SECRET_HEADER}: {site.secret}", body="{}"))


def _ml() -> Iterator[Attack]:
    def predict(name: str, header: Callable[[Site], str], holds: Callable[[Outcome], bool]) -> Attack:
        def send(site: Site) -> Outcome:
            headers = [line for line in (header(site),) if line]
            return ask(site.port, head("POST", "/ml/predict", *headers, body='{"tasks": []}'))

        return Attack("ml", name, send, holds)

    yield predict("control: the log-in", lambda site: _basic("label-studio", site.ml_password), answered(200))
    yield predict("no log-in", lambda _: "", answered(401))
    yield predict("a wrong password", lambda _: _basic("label-studio", "wrong"), answered(401))
    yield predict("a wrong user", lambda site: _basic("admin", site.ml_password), answered(401))
    yield predict("the webhook's secret", lambda site: _basic("label-studio", site.secret), answered(401))
    yield predict("a token of the pages", lambda site: f"Authorization: Bearer {site.token}", answered(401))
    yield Attack("ml", "health without log-in", lambda site: ask(site.port, head("GET", "/ml/health")), answered(401))


def _api() -> Iterator[Attack]:
    def get(
        name: str,
        header: Callable[[Site], str],
        holds: Callable[[Outcome], bool],
        path: str = "/api/v1/datasets",
        method: str = "GET",
        host: str = "curator.example",
    ) -> Attack:
        def send(site: Site) -> Outcome:
            headers = [line for line in header(site).splitlines() if line]
            return ask(site.port, head(method, path, *headers, host=host))

        return Attack("api", name, send, holds)

    def right(site: Site) -> str:
        return f"Authorization: Bearer {site.other_scope}"

    yield get("control: a token", right, answered(200))
    yield get("control: the description", lambda _: "", answered(200), "/api/v1/openapi.json")
    yield get("no token", lambda _: "", answered(401))
    yield get("no token, of this machine", lambda _: "", answered(401), host="127.0.0.1")
    yield get("a token of the pages", lambda site: f"Authorization: Bearer {site.token}", answered(403))
    yield get("a session of the pages", lambda site: f"Cookie: {COOKIE}={site.session}", answered(401))
    yield get("an expired token", lambda site: f"Authorization: Bearer {site.expired}", answered(401))
    yield get("a revoked token", lambda site: f"Authorization: Bearer {site.revoked}", answered(401))
    yield get("a part of a token", lambda site: f"{right(site)[:-1]}", answered(401))
    yield get("two tokens", lambda site: f"Authorization: Bearer x\n{right(site)}", answered(400, 401))
    yield get("the webhook's secret", lambda site: f"{SECRET_HEADER}: {site.secret}", answered(401))
    yield get("the ML backend's log-in", lambda site: _basic("label-studio", site.ml_password), answered(401))
    for path in (
        "/api/v1/datasets/../../../documents",
        "/api/v1/datasets/..%2f..%2fworkspace/versions/1/files/store.sqlite3",
        "/api/v1/datasets/news/versions/1/files/..%2f..%2f..%2fworkspace%2fstore.sqlite3",
        "/api/v1/datasets/news/versions/1/formats/../../../workspace/store.sqlite3",
        "/api//documents",
        "/api/../documents",
    ):
        yield get(f"{path}, with a token", right, answered(404), path)
        yield get(path, lambda _: "", answered(401, 404), path)
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        yield get(f"{method} with a token", right, answered(405), method=method)
    ranges = "bytes=" + ",".join(f"{at}-{at}" for at in range(2000))
    yield get("thousands of ranges", lambda site: f"{right(site)}\nRange: {ranges}", refused, "/api/v1/none")


def _webhook_port() -> Iterator[Attack]:
    def get(path: str, *headers: str, host: str = "curator.example") -> Attack:
        def send(site: Site) -> Outcome:
            token = f"Authorization: Bearer {site.other_scope if path.startswith('/api') else site.token}"
            return ask(site.webhook_port, head("GET", path, token, *headers, host=host))

        return Attack("webhook's port", " ".join(("a token,", path, *headers)), send, refused)

    yield Attack(
        "webhook's port",
        "control: the secret",
        lambda site: ask(site.webhook_port, head("POST", HOOK_PATH, f"{SECRET_HEADER}: {site.secret}", body="{}")),
        answered(200),
    )
    for path in (
        "/",
        "/documents",
        "/login",
        "/labels.css",
        "/assets/dashboard.css",
        "//documents",
        "/webhooks/../documents",
        "/api/v1/datasets",
        "/api/v1/openapi.json",
    ):
        yield get(path)
    yield get("/documents", host="127.0.0.1:8081")
    yield get("/documents", "X-Forwarded-Port: 8081")
    yield get("/documents", "SERVER_PORT: 8081")
