"""The folder that a training works in: of one process, beside the model to come, and gone when the training ends."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from curator.domain.errors import CuratorError

_SUFFIX = ".curator-training"


@contextmanager
def training_folder(out: Path) -> Iterator[Path]:
    """Give an empty hidden folder beside `out`, removed at the end; only one process has it at a time.

    Raises CuratorError where another process trains to `out`, or the disk refuses.
    """
    folder = out.with_name(f".{out.name}{_SUFFIX}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        lock = _locked_folder(folder)
    except OSError as error:
        raise CuratorError(f"model cannot be written: {error.strerror}", str(out), "check the disk") from error
    if lock is None:
        raise CuratorError("this model is being trained by another process", str(out), "wait until that has ended")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        # Not before: whoever has the lock may take the folder for abandoned.
        os.close(lock)


def remove_abandoned(models: Path) -> None:
    """Remove what killed trainings left in a folder of models, and nothing of those that still run."""
    for folder in models.glob(f".*{_SUFFIX}"):
        try:
            lock = _lock_of(folder)
        except FileNotFoundError:
            continue
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def put_in_place(model: Path, out: Path, folder: Path) -> None:
    """Give a model its name once the disk has it; what had the name goes into the training's folder before.

    A kill between the two leaves nothing of that name.
    """
    for path in (*model.rglob("*"), model):
        _sync(path)
    if out.exists():
        out.rename(folder / "replaced")
    model.rename(out)
    _sync(out.parent)


def _locked_folder(folder: Path) -> int | None:
    """Make a folder and return its lock, or None where a process that runs has it."""
    while True:
        # Whoever else has it, or takes it for abandoned, removes it at any moment.
        folder.mkdir(exist_ok=True)
        with suppress(FileNotFoundError):
            lock = _lock_of(folder)
            if lock is None:
                return None
            if _is_still(folder, lock):
                break
            os.close(lock)
    for left in folder.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    return lock


def _lock_of(folder: Path) -> int | None:
    """Return the lock of a folder, which the system frees however a process ends; None where another one has it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _is_still(folder: Path, lock: int) -> bool:
    try:
        return os.path.samestat(folder.stat(), os.fstat(lock))
    except FileNotFoundError:
        return False


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
