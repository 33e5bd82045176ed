"""Addresses of fsspec: which protocol they are of, and what of them may be told."""

import re

from fsspec.registry import known_implementations

from curator.domain.errors import CuratorError

LOCAL = ("file", "local")
_PLAIN = (*LOCAL, "memory")
"""The protocols whose addresses hold no log-in, and in whose paths every character is one of the path."""
_PROTOCOL = re.compile(r"([A-Za-z0-9_+.-]{2,}|[^/:]+(?=://)):")
_PACKAGES = {"smb": "smbprotocol", "libarchive": "libarchive-c", "webdav": "webdav4[fsspec]"}


def protocol_of(address: str) -> str:
    """Return the protocol of an address in lower case, `file` for a path.

    Raises CuratorError, which says no more of the address than that, for one that is not written as addresses are, for
    a protocol that nobody knows, and for an address within another (`simplecache::ftp://…`).
    """
    if not address.strip():
        raise CuratorError("an empty address leads nowhere", "", "write a path, or PROTOCOL://…")
    match = _PROTOCOL.match(address)
    if match is None:
        return "file"
    protocol, rest = match[1].lower(), address[match.end() :]
    if rest.startswith(":") or ("::" in rest and protocol not in LOCAL):
        what = "is an address within an address (`::`), which is not opened"
        raise CuratorError(what, f"{protocol}:…", "name the folder itself: PROTOCOL://…")
    if protocol not in known_implementations:
        what = "is no address: no protocol has this name"
        raise CuratorError(what, f"{protocol}:…", "write PROTOCOL://…, or ./… for a path of this machine")
    if protocol not in LOCAL and not rest.startswith("//"):
        raise CuratorError("is no address", f"{protocol}:…", f"write {protocol}://…")
    return protocol


def public_address(address: str) -> str:
    """Return an address without user, password and query, which may be secrets.

    A password may hold `/`, `?`, `#` and `@`: whatever is before the last `@` is left out. Where that may be one of a
    query, nothing but the protocol is returned.
    """
    protocol, mark, rest = address.partition("://")
    if not mark or protocol in _PLAIN:
        return address
    user, at, place = rest.rpartition("@")
    if at and re.search(r"[?#]", user):
        return f"{protocol}://…"
    return f"{protocol}://{re.split(r'[?#]', place, maxsplit=1)[0]}"


def package_of(protocol: str, error: ImportError) -> str:
    """Return the package that a protocol needs: the one of its file system, or else what fsspec's own did not find."""
    if protocol in _PACKAGES:
        return _PACKAGES[protocol]
    made_in = str(known_implementations.get(protocol, {}).get("class", "")).partition(".")[0]
    cause = error.__cause__
    missing = cause.name if isinstance(cause, ImportError) and cause.name else ""
    return made_in if made_in not in ("", "fsspec") else missing or "fsspec[full]"
