"""Which site a form comes from, and which address it may lead to."""

from urllib.parse import urlsplit

from flask import request


def is_cross_site(public_url: str) -> bool:
    """Say whether a browser sends this at the bidding of another site.

    A proxy may have rewritten Host, so that `public_url` is a name of ours, too. What is no browser names no site, and
    has no session that another site could abuse.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if origin is None:
        return False
    place = _place(origin)
    return place is None or place not in (_place(public_url), _place(f"//{request.headers.get('Host', '')}"))


def own_path(address: str | None) -> str:
    """Return an address where it is a path of this site, else that of the front page."""
    path = address or "/"
    # Browsers pass over control characters, and take a backslash for a slash.
    odd = "\\" in path or not path.isprintable() or " " in path
    return "/" if odd or not path.startswith("/") or path.startswith("//") else path


def _place(url: str) -> tuple[str, int | None] | None:
    """Return host and port of an address, no port where it is a usual one, or None where it has no host."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return (parts.hostname, None if port in (80, 443) else port) if parts.hostname else None
