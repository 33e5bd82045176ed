"""Any address that fsspec knows as a folder: the one place that imports it."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import fsspec
from fsspec.core import url_to_fs
from fsspec.registry import known_implementations

from curator.domain.errors import CuratorError

_BLOCK = 1 << 20
_LONGEST = 200
_PLAIN = ("", "file", "local", "memory")
"""The protocols whose addresses hold no log-in, and in whose paths every character is one of the path."""


class FsspecFolder:
    """Implements `RemoteFolder` on a file system of fsspec, whose `path` it is."""

    def __init__(self, system: Any, path: str, address: str) -> None:
        self._system = system
        self._path = path.rstrip("/") or "/"
        self._address = address
        self._public = public_address(address).rstrip("/")

    @property
    def address(self) -> str:
        """Where it is, without what a log-in needs."""
        return self._public

    def inner(self, name: str) -> "FsspecFolder":
        """Return a folder within."""
        # Behind a query there is no folder; what is asked for it goes by the path.
        inner = FsspecFolder(self._system, self._place(name), self._address)
        inner._public = f"{self._public}/{name}"
        return inner

    def folders(self) -> list[str]:
        """Return the names of the folders within."""
        with self._telling(""):
            try:
                entries = self._system.ls(self._path, detail=True)
            except FileNotFoundError:
                return []
            found = [entry["name"] for entry in entries if entry["type"] == "directory"]
            return sorted(name.rstrip("/").rpartition("/")[2] for name in found)

    def sizes(self) -> dict[str, int]:
        """Return the size of every file by name."""
        with self._telling(""):
            self._system.invalidate_cache()
            try:
                found = self._system.find(self._path, detail=True)
            except FileNotFoundError:
                return {}
            root = f"{self._path.rstrip('/')}/"
            return {name.removeprefix(root): int(entry["size"]) for name, entry in sorted(found.items())}

    def size(self, file: str) -> int | None:
        """Return the size of a file, None where it is not there or where nobody says its size."""
        with self._telling(file):
            try:
                entry = self._system.info(self._place(file))
            except FileNotFoundError:
                return None
            return None if entry["type"] != "file" or entry["size"] is None else int(entry["size"])

    def blocks(self, file: str, start: int = 0) -> Iterator[bytes]:
        """Yield the bytes of a file from one on."""
        with self._telling(file), self._system.open(self._place(file), "rb") as stream:
            if start:
                stream.seek(start)
            while block := stream.read(_BLOCK):
                yield block

    def write(self, file: str, blocks: Iterable[bytes]) -> None:
        """Write a file in the place of one that may be there."""
        place = self._place(file)
        with self._telling(file):
            self._system.makedirs(place.rpartition("/")[0], exist_ok=True)
            with self._system.open(place, "wb") as stream:
                for block in blocks:
                    stream.write(block)

    def remove(self, file: str) -> None:
        """Remove a file; idempotent."""
        with self._telling(file):
            try:
                self._system.rm_file(self._place(file))
            except FileNotFoundError:
                return

    def _place(self, name: str) -> str:
        return f"{self._path.rstrip('/')}/{name}"

    @contextmanager
    def _telling(self, file: str) -> Iterator[None]:
        """Turn whatever a file system raises into CuratorError, with no secret of the address in it."""
        try:
            yield
        except CuratorError:
            raise
        except Exception as error:
            # Each file system raises errors of its own.
            where = f"{self._public}/{file}" if file else self._public
            missing = isinstance(error, FileNotFoundError)
            what = "is not there" if missing else f"cannot be reached: {_line(error, self._address)}"
            remedy = (
                "check the address" if missing else "check address and log-in, then try again: it goes on from here"
            )
            raise CuratorError(what, where, remedy) from error


def remote_folder(address: str) -> FsspecFolder:
    """Return the folder of an address, which may be a path of this machine; nothing is asked of it yet.

    Raises CuratorError for an address that leads nowhere, and where the package of its protocol is not installed.
    """
    protocol, colon, rest = address.partition(":")
    if colon and not rest.startswith("//") and protocol in known_implementations and protocol not in ("file", "local"):
        raise CuratorError("is no address", public_address(address), f"write {protocol}://…")
    try:
        # What other options there are, fsspec takes from its own configuration and the environment.
        system, path = url_to_fs(address)
    except ImportError as error:
        package = _package(fsspec.utils.get_protocol(address), error)
        what = f"what opens {fsspec.utils.get_protocol(address)} addresses is not installed"
        raise CuratorError(what, public_address(address), f"`pip install {package}`, then try again") from error
    except Exception as error:
        what = f"is no address that can be opened: {_line(error, address)}"
        raise CuratorError(what, public_address(address), "write a path, or PROTOCOL://…") from error
    return FsspecFolder(system, path, address if "://" in address else f"file://{path}")


def public_address(address: str) -> str:
    """Return an address without user, password and query, which may be secrets."""
    return "::".join(_public(part) for part in address.split("::"))


def _public(address: str) -> str:
    protocol, mark, rest = address.partition("://")
    if not mark or protocol in _PLAIN:
        return address
    host, slash, path = re.split(r"[?#]", rest, maxsplit=1)[0].partition("/")
    return f"{protocol}://{host.rpartition('@')[2]}{slash}{path}"


def _secrets(address: str) -> Iterator[str]:
    """Yield what of an address may be a secret."""
    for part in address.split("::"):
        protocol, mark, rest = part.partition("://")
        if mark and protocol not in _PLAIN:
            head, *tail = re.split(r"[?#]", rest, maxsplit=1)
            user = head.partition("/")[0].rpartition("@")[0]
            yield from (text for text in (*tail, user, *user.split(":", 1)) if text)


def _line(error: Exception, address: str) -> str:
    """Return what an error says, on a line of bounded length."""
    said = str(error) or type(error).__name__
    for secret in _secrets(address):
        said = said.replace(secret, "…")
    line = " ".join(said.split("\n", 1)[0].split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _package(protocol: str, error: ImportError) -> str:
    """Return the package that a protocol needs: the one of its file system, or else what fsspec's own did not find."""
    made_in = str(known_implementations.get(protocol, {}).get("class", "")).partition(".")[0]
    cause = error.__cause__
    missing = cause.name if isinstance(cause, ImportError) and cause.name else ""
    return made_in if made_in not in ("", "fsspec") else missing or "fsspec[full]"
