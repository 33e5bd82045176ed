"""Requests of the doctor's own."""

from urllib.parse import urlsplit

import httpx


def open_client(url: str) -> httpx.Client:
    """Return a client for an address, to be closed by whoever asked for it; a redirect is an answer like any other.

    One that was followed would take a secret to whoever the address leads to.
    """
    # A proxy of the environment is for the world outside.
    beyond = urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1")
    return httpx.Client(timeout=10, trust_env=beyond, follow_redirects=False)


def redirection(answer: httpx.Response) -> str:
    """Return where an answer leads to, without what could be a secret; an empty text where it leads nowhere."""
    if not answer.has_redirect_location:
        return ""
    target = answer.url.join(answer.headers["Location"])
    return f"{target.scheme}://{target.host}{f':{target.port}' if target.port else ''}{target.path}"
