"""What a server and a manifest say of a version, nothing of it taken on trust."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard
from urllib.parse import quote

from curator_client.errors import ClientError, FileDoesNotFit
from curator_client.server import Server

MANIFEST = "manifest.json"
SPLITS = ("train", "dev", "test")
SILVER = "silver"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_BYTES = 1 << 53
_SERVER = "check the address: it is that of a curator server"


@dataclass(frozen=True)
class RemoteFile:
    """A file of a version: its name, with `/` in a folder, its size in bytes, its SHA-256 and its URL."""

    name: str
    size: int
    sha256: str
    url: str


@dataclass(frozen=True)
class Version:
    """A version as a server says it, by its number whatever it was asked for by, with its files by name."""

    dataset: str
    number: int
    digest: str
    files: Mapping[str, RemoteFile]

    @property
    def key(self) -> str:
        """A name for the version that no other content has: its digest, which its manifest may share with others."""
        return f"{self.digest}-{self.files[MANIFEST].sha256[:16]}"

    def __str__(self) -> str:
        return f"{self.dataset}@{self.number}"


def find_version(server: Server, name: str) -> Version:
    """Return the version NAME@N or NAME@TAG of a server; a tag is asked for once. Raises ClientError for none."""
    if not isinstance(name, str):
        raise ClientError(f"{name!r:.100} names no dataset version", "", "write NAME@N, e.g. news@1, or NAME@TAG")
    dataset, mark, ref = name.rpartition("@")
    if not mark or not _NAME.fullmatch(dataset) or not _NAME.fullmatch(ref):
        raise ClientError(f"{name!r} names no dataset version", "", "write NAME@N, e.g. news@1, or NAME@TAG")
    path = f"/api/v1/datasets/{quote(dataset)}/versions/{quote(ref)}"
    value = server.json(path)
    where = f"{server.url}{path}"
    number, digest, files = (
        (value.get(key) for key in ("version", "digest", "files")) if isinstance(value, dict) else (0,) * 3
    )
    if type(number) is not int or number < 1 or not _is_hash(digest) or not isinstance(files, list):
        raise ClientError("answer is no version of a dataset", where, _SERVER)
    wanted = ref.removeprefix("v")
    if value.get("dataset") != dataset or (wanted.isdigit() and int(wanted) != number):
        raise ClientError(f"answer is another version than {name}", where, _SERVER)
    listed = [_file(item, server, where) for item in files]
    by_name = {file.name: file for file in listed}
    if MANIFEST not in by_name or len(by_name) != len(listed):
        raise ClientError("answer names no manifest, or a file twice", where, _SERVER)
    return Version(dataset, number, digest, by_name)


def _file(item: Any, server: Server, where: str) -> RemoteFile:
    value = item if isinstance(item, dict) else {}
    name, size, sha256, url = (value.get(key) for key in ("name", "bytes", "sha256", "url"))
    if not isinstance(name, str) or not is_file_name(name):
        raise ClientError(f"answer names a file that no version has: {str(name)[:100]!r}", where, _SERVER)
    if type(size) is not int or not 0 <= size <= _MOST_BYTES or not _is_hash(sha256):
        raise ClientError(f"answer has no size and hash of {name}", where, _SERVER)
    if not isinstance(url, str) or not url.startswith("/") or url.startswith("//"):
        raise ClientError(f"answer has no path of {name}", where, _SERVER)
    # Where the server is below a path of its own, it does not know of it.
    return RemoteFile(name, size, sha256, f"{server.url}{quote(url, safe='/%?=&')}")


def is_file_name(name: str) -> bool:
    """Say whether a name is one that stays in its folder."""
    parts = name.split("/")
    return len(parts) <= 4 and all(_NAME.fullmatch(part) for part in parts)


def checked_manifest(content: bytes, version: Version) -> dict[str, Any]:
    """Return the manifest of a version. Raises FileDoesNotFit where it does not say what the server says.

    Its files must be those of the server, with the same hashes, and its digest the one of these.
    """
    try:
        manifest = json.loads(content)
        listed = {name: (facts["sha256"], facts["bytes"]) for name, facts in manifest["files"].items()}
        records = {split: manifest["files"][f"{split}.jsonl"]["sha256"] for split in SPLITS}
        if f"{SILVER}.jsonl" in listed:
            records[SILVER] = manifest["files"][f"{SILVER}.jsonl"]["sha256"]
        shaping = {key: manifest[key] for key in ("schema", "rules", "record_format")}
        digest = _digest({"records": records, **shaping})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _unfit("manifest is not that of a version", version) from None
    if not version.digest == manifest.get("digest") == digest:
        raise _unfit(f"manifest is of the digest {digest}, not of {version.digest}", version)
    remote = {name: (file.sha256, file.size) for name, file in version.files.items() if name != MANIFEST}
    differing = sorted(name for name in listed.keys() | remote.keys() if listed.get(name) != remote.get(name))
    if differing:
        raise _unfit(f"manifest says otherwise than the server: {', '.join(differing)[:200]}", version)
    return dict(manifest)


def _unfit(what: str, version: Version) -> FileDoesNotFit:
    where = f"{version}, {MANIFEST}"
    return FileDoesNotFit(what, where, "have the server's versions verified: `curator datasets verify`", file=MANIFEST)


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _is_hash(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None
