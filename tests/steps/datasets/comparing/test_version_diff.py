"""Two versions compared: what stands in one split, in another one, or in one version alone."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.domain.dataset_ref import DatasetRef
from curator.domain.errors import CuratorError
from curator.domain.record import Record, record_line
from curator.files.staging import StagedFolder
from curator.files.versions import VersionFolder
from curator.steps.datasets.comparing.version_diff import (
    ReadableVersion,
    document_diff,
    document_lines,
    readable_version,
)
from curator.steps.datasets.patches.patch_file import patch_blocks, patch_head, patch_of, read_patch
from curator.steps.datasets.patches.patching import write_patched
from tests.domain.changing import records
from tests.fakes.parts import SCHEMA

SPLITS = ("train", "dev", "test")
Placed = Mapping[str, tuple[str, Record]]


def write(storage: VersionFolder, dataset: str, placed: Placed) -> ReadableVersion:
    """Write the first version of a dataset, of records by document with their splits."""
    data = {
        f"{split}.jsonl": b"".join(record_line(record) for _, (at, record) in sorted(placed.items()) if at == split)
        for split in SPLITS
    }
    sums = {name: {"sha256": hashlib.sha256(content).hexdigest()} for name, content in data.items()}
    manifest: dict[str, Any] = {
        "dataset": dataset,
        "version": 1,
        "digest": hashlib.sha256(json.dumps(sums).encode()).hexdigest(),
        "files": sums,
        "rules": {"decision": {"annotators": "pseudonym"}},
        "schema": SCHEMA.value,
        "schema_hash": SCHEMA.hash,
        "record_format": 2,
    }
    files = {**data, "manifest.json": json.dumps(manifest).encode()}
    storage.write(dataset, 1, {name: [content] for name, content in files.items()})
    return readable_version(DatasetRef(dataset, 1), store=None, storage=storage)


DOCUMENTS = st.sampled_from(["d1", "d2", "d3", "d4"])


@st.composite
def versions(draw: st.DrawFn) -> Placed:
    documents = draw(st.sets(DOCUMENTS))
    return {
        document: (draw(st.sampled_from(SPLITS)), draw(records(document=document))) for document in sorted(documents)
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(versions(), versions())
def test_a_patch_file_makes_one_version_of_the_other_byte_for_byte(
    tmp_path_factory: pytest.TempPathFactory, before: Placed, after: Placed
) -> None:
    folder = tmp_path_factory.mktemp("versions")
    storage = VersionFolder(folder / "exports")
    old, new = write(storage, "old", before), write(storage, "new", after)
    lines = list(document_lines(old, new, storage))
    told = [(item.document, item.splits) for item in lines]
    both = sorted(before.keys() | after.keys())
    sides = [(document, before.get(document, (None, None)), after.get(document, (None, None))) for document in both]
    assert told == [
        (document, (first[0], second[0]))
        for document, first, second in sides
        if first[0] != second[0] or _line(first[1]) != _line(second[1])
    ]
    assert [document_diff(item).after for item in lines if item.lines[1] is None] == [
        None for document in before if document not in after
    ]
    content = b"".join(patch_blocks(patch_head(old, new), map(patch_of, lines)))
    head, patches = read_patch(content.splitlines(keepends=True), "patch")
    staged = StagedFolder(folder)
    try:
        write_patched(old, head, patches, storage, staged)
        made = staged.replace("made")
    finally:
        staged.close()
    for split in SPLITS:
        file = f"{split}.jsonl"
        assert (made / file).read_bytes() == (storage.path("new", 1) / file).read_bytes()


def _line(record: Record | None) -> bytes | None:
    return None if record is None else record_line(record)


def test_files_that_both_manifests_name_alike_are_not_read(tmp_path: Path) -> None:
    storage = VersionFolder(tmp_path)
    same = {"a": ("train", Record("a", "Lyon")), "b": ("dev", Record("b", "Nice"))}
    old, new = write(storage, "old", same), write(storage, "new", {**same, "b": ("dev", Record("b", "Nice", "fr"))})
    (tmp_path / "old" / "v1" / "train.jsonl").unlink()
    (difference,) = document_lines(old, new, storage)
    assert (difference.document, difference.splits) == ("b", ("dev", "dev"))


def test_a_version_that_was_changed_is_refused_once_it_is_read(tmp_path: Path) -> None:
    storage = VersionFolder(tmp_path)
    old = write(storage, "old", {"a": ("train", Record("a", "Lyon"))})
    new = write(storage, "new", {"a": ("train", Record("a", "Lyon", "fr"))})
    path = tmp_path / "new" / "v1" / "train.jsonl"
    path.write_bytes(path.read_bytes().replace(b"fr", b"en"))
    with pytest.raises(CuratorError, match=r"new@1 was changed on disk: train\.jsonl"):
        list(document_lines(old, new, storage))
    damages: list[dict[str, Any]] = [{"files": {}}, {"rules": {}}, {"digest": None, "rules": None}]
    for damage in damages:
        manifest = json.loads((tmp_path / "old" / "v1" / "manifest.json").read_bytes())
        (tmp_path / "old" / "v1" / "manifest.json").write_text(json.dumps({**manifest, **damage}), encoding="utf-8")
        with pytest.raises(CuratorError, match="not the manifest of a version"):
            readable_version(DatasetRef("old", 1), store=None, storage=storage)


def test_a_document_in_two_splits_of_a_version_is_refused(tmp_path: Path) -> None:
    storage = VersionFolder(tmp_path)
    old = write(storage, "old", {"a": ("train", Record("a", "Lyon"))})
    new = write(storage, "new", {"a": ("train", Record("a", "Lyon", "fr"))})
    double = write(storage, "double", {"a": ("dev", Record("a", "Lyon"))})
    manifest = {**new.manifest, "files": {**new.manifest["files"], "dev.jsonl": double.manifest["files"]["dev.jsonl"]}}
    (tmp_path / "new" / "v1" / "dev.jsonl").write_bytes((tmp_path / "double" / "v1" / "dev.jsonl").read_bytes())
    (tmp_path / "new" / "v1" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    again = readable_version(DatasetRef("new", 1), store=None, storage=storage)
    with pytest.raises(CuratorError, match="several splits"):
        list(document_lines(old, again, storage))
