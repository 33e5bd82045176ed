"""Any address that fsspec knows as a folder: the one place that imports it."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import fsspec
from fsspec.core import url_to_fs

from curator.domain.errors import CuratorError
from curator.files.addresses import LOCAL, package_of, protocol_of, public_address

_BLOCK = 1 << 20
_LONGEST = 200


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
            for name, entry in found.items():
                if entry["type"] != "file":
                    self._refuse_no_file(name.removeprefix(root), self._followed(name, entry))
            return {name.removeprefix(root): int(entry["size"]) for name, entry in sorted(found.items())}

    def size(self, file: str) -> int | None:
        """Return the size of a file, None where it is not there or where nobody says its size.

        Raises CuratorError for what is no file, such as a pipe.
        """
        with self._telling(file):
            try:
                entry = self._system.info(self._place(file))
            except FileNotFoundError:
                return None
            self._refuse_no_file(file, entry)
            return None if entry["size"] is None else int(entry["size"])

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
        # That of the folder: which of its files comes first says nothing to whoever named the folder.
        with self._telling("", writes=True):
            self._system.makedirs(place.rpartition("/")[0], exist_ok=True)
            with self._system.open(place, "wb") as stream:
                for block in blocks:
                    stream.write(block)

    def remove(self, file: str) -> None:
        """Remove a file; idempotent."""
        with self._telling("", writes=True):
            try:
                self._system.rm_file(self._place(file))
            except FileNotFoundError:
                return

    def _place(self, name: str) -> str:
        return f"{self._path.rstrip('/')}/{name}"

    def _followed(self, path: str, entry: Any) -> Any:
        """Return what a link, whose own entry this may be, leads to."""
        try:
            return self._system.info(path)
        except FileNotFoundError:
            return entry

    def _refuse_no_file(self, file: str, entry: Any) -> None:
        # To read a pipe would be to wait for ever.
        if entry["type"] != "file":
            raise CuratorError("is no file", f"{self._public}/{file}", "move it away, then try again")

    @contextmanager
    def _telling(self, file: str, *, writes: bool = False) -> Iterator[None]:
        """Turn whatever a file system raises into CuratorError, with no secret of the address in it."""
        try:
            yield
        except CuratorError:
            raise
        except Exception as error:  # noqa: BLE001 - raised again, with its cause where that holds no secret
            # Each file system raises errors of its own.
            where = f"{self._public}/{file}" if file else self._public
            is_local = "://" not in self._address or self._address.startswith("file://")
            if isinstance(error, FileNotFoundError) and not writes:
                what, remedy = "is not there", "check the address"
            else:
                what = f"cannot be {'written' if writes else 'reached'}: {_line(error, self._address)}"
                mending = "check the path and its permissions" if is_local else "check address and log-in"
                remedy = f"{mending}, then try again: it goes on from here"
            raise CuratorError(what, where, remedy) from _cause(error, self._address)


def remote_folder(address: str) -> FsspecFolder:
    """Return the folder of an address, which may be a path of this machine; nothing is asked of it yet.

    Raises CuratorError for an address that leads nowhere, and where the package of its protocol is not installed.
    """
    protocol = protocol_of(address)
    if protocol in LOCAL:
        # Any other way, fsspec would take `::` in a path for addresses within each other.
        system = fsspec.filesystem("file")
        path = system._strip_protocol(re.sub(r"^(file|local):", "file:", address, flags=re.IGNORECASE))
        return FsspecFolder(system, path, f"file://{path}")
    address = f"{protocol}{address[len(protocol) :]}"
    try:
        # What other options there are, fsspec takes from its own configuration and the environment.
        system, path = url_to_fs(address)
    except ImportError as error:
        what = f"what opens {protocol} addresses is not installed"
        remedy = f"`pip install {package_of(protocol, error)}`, then try again"
        raise CuratorError(what, public_address(address), remedy) from _cause(error, address)
    except OSError as error:
        # Some log in as they are made.
        what, remedy = f"cannot be reached: {_line(error, address)}", "check address and log-in, then try again"
        raise CuratorError(what, public_address(address), remedy) from _cause(error, address)
    except Exception as error:  # noqa: BLE001 - raised again, with its cause where that holds no secret
        what = f"is no address that can be opened: {_line(error, address)}"
        raise CuratorError(what, f"{protocol}://…", "write a path, or PROTOCOL://…") from _cause(error, address)
    return FsspecFolder(system, path, address)


def _line(error: Exception, address: str) -> str:
    """Return what an error says, on a line of bounded length; of an address with secrets, what kind of error it is."""
    said = str(error)
    if isinstance(error, OSError) and error.strerror:
        # Without the path, which is told beside it.
        said = error.strerror
    if not said or public_address(address) != address:
        said = type(error).__name__
    line = " ".join(said.split("\n", 1)[0].split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _cause(error: Exception, address: str) -> Exception | None:
    """Return an error, to be shown as the cause of another; none where it may hold secrets of the address."""
    return error if public_address(address) == address else None
