"""Patch files: what turns one dataset version into another, as JSON with a line for each document."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from curator.domain.document import SPLITS
from curator.domain.errors import CuratorError
from curator.domain.json_values import json_line_text
from curator.domain.patch import DocumentPatch, document_patch
from curator.domain.patch_values import REMEDY, patch_from_value, patch_value
from curator.domain.schema import schema_from_value
from curator.steps.datasets.comparing.version_diff import DocumentLines, ReadableVersion

FORMAT = "curator-patch"
FORMAT_VERSION = 1
_DOCUMENTS = b',"documents":['


@dataclass(frozen=True, slots=True)
class PatchedVersion:
    """A version that a patch is from or to; a merged patch is to none, so its number and its digest are None.

    `files` are the SHA-256 of the records by file, none where they are not known.
    """

    dataset: str
    version: int | None
    digest: str | None
    schema_hash: str
    record_format: int
    files: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.dataset}@{self.version}" if self.version is not None else f"no version of {self.dataset}"

    def value(self) -> dict[str, Any]:
        """Return the version as a JSON object."""
        return {
            "dataset": self.dataset,
            "version": self.version,
            "digest": self.digest,
            "schema_hash": self.schema_hash,
            "record_format": self.record_format,
            "files": dict(self.files),
        }


@dataclass(frozen=True, slots=True)
class PatchHead:
    """What a patch is from and to, and the layers whose spans may not overlap."""

    parent: PatchedVersion
    target: PatchedVersion
    flat_layers: tuple[str, ...]

    def value(self) -> dict[str, Any]:
        """Return the head as a JSON object."""
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "parent": self.parent.value(),
            "target": self.target.value(),
            "flat_layers": list(self.flat_layers),
        }


def patched_version(version: ReadableVersion) -> PatchedVersion:
    """Return a version as patches name it."""
    manifest = version.manifest
    files = {f"{split}.jsonl": version.sha256(split) for split in SPLITS}
    ref, facts = version.ref, (str(manifest["digest"]), str(manifest["schema_hash"]), int(manifest["record_format"]))
    return PatchedVersion(ref.name, ref.number, *facts, files)


def patch_head(before: ReadableVersion, after: ReadableVersion) -> PatchHead:
    """Return the head of the patch from one version to another."""
    flat = schema_from_value(after.manifest.get("schema"), f"{after.folder}/manifest.json").flat_layers
    return PatchHead(patched_version(before), patched_version(after), tuple(sorted(flat)))


def patch_of(lines: DocumentLines) -> DocumentPatch:
    """Return the patch of a document that differs."""
    return document_patch(lines.document, lines.splits, *lines.lines)


def patch_blocks(head: PatchHead, patches: Iterable[DocumentPatch]) -> Iterator[bytes]:
    """Yield the bytes of a patch file, the same for the same patch; its documents are by id, a line each."""
    yield json_line_text(head.value())[:-1].encode("utf-8") + _DOCUMENTS
    separator = b"\n"
    for patch in patches:
        yield separator + json_line_text(patch_value(patch)).encode("utf-8")
        separator = b",\n"
    yield b"\n]}\n"


def read_patch(lines: Iterable[bytes], where: str) -> tuple[PatchHead, Iterator[DocumentPatch]]:
    """Return the head of a patch file, given by lines, and its documents by id, read one after the other.

    A file of the same content that was formatted otherwise is read whole. Raises CuratorError for what is no patch
    file, was cut short, or is not by id; of documents when they are come to.
    """
    lines = iter(lines)
    first = next(lines, b"")
    if first.endswith(_DOCUMENTS + b"\n"):
        head = _object(first[: -len(_DOCUMENTS) - 1] + b"}", where)
        return _head(head, where), _in_order(_by_lines(lines, where), where)
    whole = _object(b"".join((first, *lines)), where)
    documents = whole.get("documents")
    if not isinstance(documents, list):
        raise _no_patch(where)
    return _head(whole, where), _in_order(documents, where)


def _by_lines(lines: Iterator[bytes], where: str) -> Iterator[Any]:
    more = True
    for line in lines:
        if line == b"]}\n":
            if next(lines, None) is not None:
                break
            return
        if not more:
            break
        more = line.endswith(b",\n")
        yield _object(line.rstrip(b",\n"), where)
    raise CuratorError("the patch file is cut short or damaged", where, REMEDY)


def _in_order(values: Iterable[Any], where: str) -> Iterator[DocumentPatch]:
    last = ""
    for value in values:
        patch = patch_from_value(value, f"{where}, after {last or 'the head'}")
        if patch.document <= last:
            raise CuratorError("the documents of the patch are not by id", f"{where}, {patch.document}", REMEDY)
        last = patch.document
        yield patch


def _head(value: Mapping[str, Any], where: str) -> PatchHead:
    try:
        if value["format"] != FORMAT or value["format_version"] != FORMAT_VERSION:
            raise _no_patch(where)
        flat = tuple(str(layer) for layer in value["flat_layers"])
        parent, target = (_version(value[side]) for side in ("parent", "target"))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _no_patch(where) from None
    if parent.digest is None:
        raise _no_patch(where)
    return PatchHead(parent, target, flat)


def _version(value: Mapping[str, Any]) -> PatchedVersion:
    number, digest = value["version"], value["digest"]
    if (number is None) != (digest is None):
        raise ValueError
    files = {str(file): str(sha256) for file, sha256 in value["files"].items()}
    return PatchedVersion(
        str(value["dataset"]),
        None if number is None else int(number),
        None if digest is None else str(digest),
        str(value["schema_hash"]),
        int(value["record_format"]),
        files,
    )


def _object(data: bytes, where: str) -> dict[str, Any]:
    try:
        value = json.loads(data.decode("utf-8"), parse_constant=_refuse_constant)
        # Half a character in an escape is no text that could be written again.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise _no_patch(where) from None
    if not isinstance(value, dict):
        raise _no_patch(where)
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _no_patch(where: str) -> CuratorError:
    return CuratorError("not a patch file", where, REMEDY)
