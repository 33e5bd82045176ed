"""The door of pages that nobody reaches but from this machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import request

# What proxies and tunnels add, or names that begin so.
_RELAYS = ("forwarded", "via", "x-forwarded", "x-real-ip", "x-original", "x-client-ip", "true-client-ip", "cf-")


def is_from_this_machine() -> bool:
    """Say whether a request came from this machine to this machine, by one of its own names.

    A foreign name that was made to point here (DNS rebinding) shows in the Host header; a tunnel or proxy in the
    headers it adds. A proxy that rewrites Host and adds nothing cannot be told: where there is one, the pages have the
    door with tokens.
    """
    host = _host(request.headers.get("Host", ""))
    relayed = any(name.lower().startswith(_RELAYS) for name, _ in request.headers)
    return (host == "localhost" or _is_loopback(host)) and _is_loopback(request.remote_addr or "") and not relayed


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
