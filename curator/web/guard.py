"""Who may see the dashboard, and what a browser may do with it."""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Response, abort, request

# Labels are coloured by a style sheet of our own, so no page needs a style of its own.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "interest-cohort=()",
    "Cache-Control": "no-store",
}


def refuse_strangers(hosts: Collection[str]) -> None:
    """Abort with 403 a request that is not for one of these host names nor from this machine to this machine.

    A foreign name that was made to point here (DNS rebinding) shows in the Host header; a tunnel or proxy in the
    headers it adds.
    """
    host = _host(request.headers.get("Host", ""))
    if host and host in hosts:
        return
    relayed = "Forwarded" in request.headers or "X-Forwarded-For" in request.headers
    if not (host == "localhost" or _is_loopback(host)) or not _is_loopback(request.remote_addr or "") or relayed:
        abort(403)


def secure(response: Response) -> Response:
    """Return a response with the headers that confine it."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _host(header: str) -> str:
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool(address.is_loopback or (mapped is not None and mapped.is_loopback))
