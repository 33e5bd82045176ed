"""The folder of a version: downloaded where it was cut short, hashed to the last byte, there at once and whole."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from curator_client.attempts import Refusal
from curator_client.errors import ClientError, FileDoesNotFit, ServerGone
from curator_client.locks import locked
from curator_client.server import BROKEN, Answer, Server, reason
from curator_client.version import MANIFEST, RemoteFile, Version, checked_manifest

_BLOCK = 1 << 18
_MOST_MANIFEST = 1 << 26


def cached_version(version: Version, server: Server, cache: Path) -> Path:
    """Return the folder of a version in a cache; what is damaged is mended. Raises ClientError as `downloaded`."""
    with _disk(cache), locked(cache / "locks" / f"{version.key}.lock"):
        target, working = cache / "versions" / version.key, cache / "partial" / version.key
        if not _is_folder(target):
            _remove(target)
            _download(version, server, working, target)
        elif faults := _faults(target, version):
            # What is right of it need not come again.
            _remove(working)
            working.parent.mkdir(parents=True, exist_ok=True)
            target.rename(working)
            _clear_places(working, version)
            for name in faults:
                _remove(working / name)
            _download(version, server, working, target)
        return target


def downloaded(version: Version, server: Server, out: Path) -> Path:
    """Return the folder NAME/vN below another one, downloaded where it is not there.

    Several processes may do so at once. Raises FileDoesNotFit for a file that is not what the version says, and for a
    folder that is there and was changed; ServerGone where the server stops in the middle.
    """
    target = out / version.dataset / f"v{version.number}"
    working = out / version.dataset / f".v{version.number}-{version.key[:16]}.partial"
    with _disk(target), locked(out / version.dataset / f".v{version.number}.lock"):
        if not target.exists():
            _download(version, server, working, target)
        elif faults := _faults(target, version):
            what = f"folder of {version} was changed: {', '.join(faults)}"
            raise FileDoesNotFit(what, str(target), "move it away, then try again", file=faults[0])
        return target


def _download(version: Version, server: Server, working: Path, target: Path) -> None:
    """Download what is missing of a version and let it be the target, once it is whole."""
    working.parent.mkdir(parents=True, exist_ok=True)
    _clear_places(working, version)
    first = version.files[MANIFEST]
    if first.size > _MOST_MANIFEST:
        raise FileDoesNotFit("manifest is too long", str(version), "check the address of the server", file=MANIFEST)
    _receive(first, server, working)
    try:
        checked_manifest((working / MANIFEST).read_bytes(), version)
    except FileDoesNotFit:
        (working / MANIFEST).unlink()
        raise
    for name in sorted(version.files.keys() - {MANIFEST}):
        _receive(version.files[name], server, working)
    _without_others(working, version)
    faults = _faults(working, version)
    if faults:
        what = f"folder of {version} was changed while it was made: {', '.join(faults)}"
        raise FileDoesNotFit(what, str(working), "try again", file=faults[0])
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(working, target)
    _sync_folder(target.parent)


def _receive(file: RemoteFile, server: Server, folder: Path) -> None:
    """Receive what is missing of a file, and hash all of it."""
    path = folder / file.name
    path.parent.mkdir(parents=True, exist_ok=True)
    attempts, most = server.attempts(), 0
    while not _holds(path, file):
        start = _size(path)
        if start >= file.size and path.exists():
            # All of it, of an earlier call, and wrong.
            path.unlink()
            continue
        most = max(most, start)
        refusal: Refusal | None = None
        failed: Exception | None = None
        try:
            refusal = _append(file, path, start, server)
        except BROKEN as error:
            failed = error
        if _size(path) == file.size and failed is None and refusal is None:
            if _holds(path, file):
                return
            path.unlink()
            if not start:
                raise _unfit(file, "has another hash than the version says")
            continue
        if _size(path) > most:
            # It gets on, however often it is cut off.
            attempts = server.attempts()
        if not attempts.again(refusal):
            raise _gone(file, _size(path), refusal, failed) from failed


def _append(file: RemoteFile, path: Path, start: int, server: Server) -> Refusal | None:
    """Add to a file what comes of it from `start` on, or all of it anew where the server gives no part of it.

    Returns why nothing comes for now. What has come stays, but of a file that is longer than the version says.
    """
    wanted = {"Range": f"bytes={start}-", "If-Range": f'"{file.sha256}"'} if start else {}
    with server.open(file.url, wanted) as answer:
        refusal = server.refusal(answer, file.url)
        if refusal is not None:
            return refusal
        tag = answer.headers.get("ETag", "")
        if tag and tag.removeprefix("W/").strip('"') != file.sha256:
            path.unlink(missing_ok=True)
            raise _unfit(file, "was changed on the server")
        goes_on = answer.status == 206 and _begins_at(answer, start)
        if answer.status == 416 or (answer.status == 206 and not goes_on):
            path.unlink(missing_ok=True)
            if not start:
                raise ClientError(f"server does not give {file.name}", file.url, "check the address of the server")
            return None
        left = file.size - (start if goes_on else 0)
        with _written(path, anew=not goes_on) as write:
            while left >= 0 and (block := answer.read(min(_BLOCK, left + 1))):
                left -= len(block)
                if left >= 0:
                    write(block)
    if left < 0:
        path.unlink()
        raise _unfit(file, f"is longer than the {file.size} bytes that the version says")
    return None


@contextmanager
def _written(path: Path, *, anew: bool) -> Iterator[Callable[[bytes], None]]:
    """Give what writes to a file; what was written is on the disk at the end. Raises ClientError where that fails."""
    with _disk(path):
        stream = path.open("wb" if anew else "ab")

    def write(block: bytes) -> None:
        with _disk(path):
            stream.write(block)

    try:
        yield write
    finally:
        with _disk(path), stream:
            stream.flush()
            os.fsync(stream.fileno())


def _begins_at(answer: Answer, start: int) -> bool:
    return answer.headers.get("Content-Range", "").startswith(f"bytes {start}-")


def _holds(path: Path, file: RemoteFile) -> bool:
    """Say whether a file is what the version says."""
    if not path.is_file() or path.is_symlink() or path.stat().st_size != file.size:
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256


def _clear_places(folder: Path, version: Version) -> None:
    """Make the folders of a version, and remove what is in the place of one, or of a file, and is none.

    A link is none, wherever it leads: nothing is written through it.
    """
    for parent in _parents(version):
        if not _is_folder(folder / parent):
            _remove(folder / parent)
            (folder / parent).mkdir()
    for name in version.files:
        place = folder / name
        if place.is_symlink() or not place.is_file():
            _remove(place)


def _parents(version: Version) -> list[PurePosixPath]:
    """Return the folders that the files of a version are in, `.` among them, each after the one that it is in."""
    return sorted({parent for name in version.files for parent in PurePosixPath(name).parents})


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _remove(path: Path) -> None:
    """Remove what has a name, if anything has; of a link not what it leads to."""
    if _is_folder(path):
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _faults(folder: Path, version: Version) -> list[str]:
    """Return the files of a version that are not in a folder as they should be, by name."""
    astray = {parent for parent in _parents(version)[1:] if not _is_folder(folder / parent)}
    faults = [
        name
        for name, file in sorted(version.files.items())
        if not astray.isdisjoint(PurePosixPath(name).parents) or not _holds(folder / name, file)
    ]
    if not faults:
        checked_manifest((folder / MANIFEST).read_bytes(), version)
    return faults


def _without_others(folder: Path, version: Version) -> None:
    """Remove what is no file of a version from its folder."""
    for path in list(folder.rglob("*")):
        if not _is_folder(path) and path.relative_to(folder).as_posix() not in version.files:
            path.unlink()


def _unfit(file: RemoteFile, what: str) -> FileDoesNotFit:
    return FileDoesNotFit(
        f"{file.name} {what}", file.url, "it was thrown away: try again, or have the version verified", file=file.name
    )


def _gone(file: RemoteFile, received: int, refusal: Refusal | None, failed: Exception | None) -> ServerGone:
    so_far = f"{received} of {file.size} bytes"
    if refusal is not None and refusal.is_busy:
        what = f"{refusal.error.what}, after {so_far} of {file.name}"
    else:
        why = refusal.error.what if refusal is not None else reason(failed) if failed is not None else ""
        what = f"server went away in the middle of {file.name}, after {so_far}{why and ': '}{why}"
    return ServerGone(what, file.url, "call again: it goes on from there", file=file.name, received=received)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Turn errors of the disk into ClientError."""
    try:
        yield
    except OSError as error:
        raise ClientError(f"cannot be written: {error.strerror or error}", str(path), "check the disk") from error
