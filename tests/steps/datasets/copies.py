"""Stores with a version each, and copying and fetching between them."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from curator.bootstrap.reading import READ_ANNOTATION
from curator.bootstrap.verifying import find_format
from curator.domain.dataset_ref import DatasetRef
from curator.domain.policy import Policy
from curator.files.remote import remote_folder
from curator.files.versions import VersionFolder
from curator.steps.curation.decide import Rules
from curator.steps.datasets.copying import Copied, copy_version
from curator.steps.datasets.fetching import Fetched, Fetching
from curator.steps.datasets.freeze import Frozen, freeze
from curator.steps.datasets.verify.verify import verify
from curator.steps.ports.remote_folders import RemoteFolder
from tests.fakes.parts import raw, region, silent
from tests.fakes.world import World

TEXTS = ("Marie Curie vit à Paris", "Le maire de Lyon est élu", "Oslo lit, dit-elle, puis dort")
NEWS = DatasetRef("news", 1)


class Site:
    """A store with its folders."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.world = World(folder)
        self.exports = folder / "exports"
        self.storage = VersionFolder(self.exports)

    def annotate(self, *texts: str, label: str = "GPE") -> None:
        for task in self.world.with_tasks(*(raw(f"{text[:5]}.txt", text, meta={"k": "é"}) for text in texts)):
            self.world.server.annotate(task, [region(0, 4, label)])
        self.world.deliver()

    def export(self, name: str = "news") -> Frozen:
        return freeze(
            name,
            store=self.world.store,
            storage=self.storage,
            rules=Rules(Policy("latest"), False, "salt"),
            read_content=READ_ANNOTATION,
            as_of=None,
            code_version="0",
        )

    def copy(self, target: RemoteFolder | str, ref: DatasetRef = NEWS, *, with_formats: bool = False) -> Copied:
        folder = remote_folder(target) if isinstance(target, str) else target
        facts = {"store": self.world.store, "storage": self.storage, "progress": silent}
        return copy_version(ref, folder, with_formats=with_formats, **facts)  # type: ignore[arg-type]

    def fetch(self, source: RemoteFolder | str, name: str | None = None) -> Fetched:
        folder = remote_folder(source) if isinstance(source, str) else source
        return Fetching(self.world.store, self.storage, find_format, "0", silent).fetch(folder, name)

    def faults(self, ref: DatasetRef = NEWS) -> list[str]:
        found = verify(
            ref,
            store=self.world.store,
            storage=self.storage,
            find_format=find_format,
            code_version="0",
            progress=silent,
        )
        return [str(fault) for fault in found.faults]

    def files(self, ref: DatasetRef = NEWS) -> dict[str, bytes]:
        return content(self.storage.path(ref.name, ref.number))

    def nothing_is_here(self) -> bool:
        """Say whether there is neither a version in the store nor a folder that looks like one."""
        with self.world.store.reading() as transaction:
            known = transaction.versions.all()
        named = [entry.name for entry in self.exports.glob("*") if not entry.name.startswith(".")]
        return not known and not named

    def close(self) -> None:
        self.world.close()


def content(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder by name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@contextmanager
def site(folder: Path) -> Iterator[Site]:
    """Give a store without anything in it."""
    made = Site(folder)
    try:
        yield made
    finally:
        made.close()


def altered(source: Path, target: Path, **values: Any) -> Path:
    """Copy a version's folder with other values in its manifest, as a hostile source would have it."""
    shutil.copytree(source, target)
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    manifest.update(values)
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    (target / "manifest.json").write_text(f"{text}\n", encoding="utf-8")
    return target
