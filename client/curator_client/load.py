"""A dataset version in the form that is asked for."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, overload

from curator_client.download import cached_version
from curator_client.errors import ClientError
from curator_client.records import Records
from curator_client.server import Server
from curator_client.version import MANIFEST, SILVER, SPLITS, find_version


@overload
def load_dataset(
    name: str,
    *,
    url: str,
    token: str | None = None,
    split: None = None,
    to: Literal["records"] = "records",
    cache: str | Path | None = None,
    timeout: float = 60.0,
) -> dict[str, Records]: ...


@overload
def load_dataset(
    name: str,
    *,
    url: str,
    token: str | None = None,
    split: str,
    to: Literal["records"] = "records",
    cache: str | Path | None = None,
    timeout: float = 60.0,
) -> Records: ...


@overload
def load_dataset(
    name: str,
    *,
    url: str,
    token: str | None = None,
    split: str | None = None,
    to: Literal["datasets", "docs"],
    cache: str | Path | None = None,
    timeout: float = 60.0,
) -> Any: ...


def load_dataset(
    name: str,
    *,
    url: str,
    token: str | None = None,
    split: str | None = None,
    to: Literal["records", "datasets", "docs"] = "records",
    cache: str | Path | None = None,
    timeout: float = 60.0,
) -> Any:
    """Return the version NAME@N or NAME@TAG of the server at a URL, all splits by name or one of them.

    `to` says in which form: `records` (lazily read, see `Records`), `datasets` (a DatasetDict of the library of that
    name), or `docs` (spaCy documents, made as they are asked for). The token is taken from CURATOR_TOKEN where none is
    given. The version is downloaded into the cache where it is not there whole; a tag is resolved once. `timeout` is
    how long the server may be silent, in seconds. Raises ClientError, in one line.
    """
    if to not in ("records", "datasets", "docs"):
        raise ClientError(f"{to!r} is no form of a version", "", "choose records, datasets or docs")
    if split is not None and split not in (*SPLITS, SILVER):
        raise ClientError(f"{split!r} is no split", name, f"choose of {', '.join(SPLITS)}, {SILVER}")
    make = _forms(to)
    server = Server(url, token or os.environ.get("CURATOR_TOKEN") or None, timeout)
    version = find_version(server, name)
    folder = cached_version(version, server, cache_folder(cache))
    return make(folder, split)


def _forms(to: str) -> Callable[[Path, str | None], Any]:
    """Return what makes a form of a folder. Raises PackageMissing before anything is downloaded."""
    if to == "datasets":
        from curator_client.hub import hub_dataset

        return hub_dataset
    if to == "docs":
        from curator_client.docs import docs

        return docs
    return records


def records(folder: Path, split: str | None) -> dict[str, Records] | Records:
    """Return the records of a version's folder by split, or those of one. Raises ClientError where it has none."""
    files = json.loads((folder / MANIFEST).read_bytes())["files"]
    of_splits = {name: Records(folder / f"{name}.jsonl", int(files[f"{name}.jsonl"]["records"])) for name in SPLITS}
    if split is None:
        return of_splits
    if split == SILVER:
        if f"{SILVER}.jsonl" not in files:
            raise ClientError("version has no silver records", str(folder), "choose another split")
        return Records(folder / f"{SILVER}.jsonl", int(files[f"{SILVER}.jsonl"]["records"]))
    return of_splits[split]


def cache_folder(chosen: str | Path | None) -> Path:
    """Return the cache that is chosen, or else the user's own. Raises ClientError for what is no path."""
    try:
        if chosen is not None:
            path = Path(chosen)
        else:
            xdg = os.environ.get("XDG_CACHE_HOME")
            path = (Path(xdg) if xdg else Path.home() / ".cache") / "curator"
    except (TypeError, RuntimeError) as error:
        raise ClientError(f"no folder for a cache: {error}", repr(chosen)[:100], "give one as cache=…") from error
    if "\0" in str(path):
        raise ClientError("no folder for a cache", repr(chosen)[:100], "give one as cache=…")
    return path
