"""A dataset version into other formats, beside its records: each with a ledger of what it does not hold."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curator.domain.dataset import SILVER_FILE
from curator.domain.dataset_ref import DatasetRef
from curator.domain.document import SPLITS
from curator.domain.errors import CuratorError
from curator.domain.json_values import json_line_text
from curator.domain.loss import Loss
from curator.domain.policy import SILVER
from curator.domain.record import Record, record_from_line
from curator.domain.schema import schema_from_value
from curator.steps.datasets.folder import LEDGER, MANIFEST, refuse_changed
from curator.steps.ports.formats import Format, FormatFolder, VersionContent
from curator.steps.ports.store import Store
from curator.steps.ports.version_folders import VersionStorage


@dataclass(frozen=True, slots=True)
class Converted:
    """A version in a format: where it is, and what it does not hold, counted by reason."""

    format: str
    path: Path
    losses: Mapping[str, int]


def convert(
    ref: DatasetRef, formats: Iterable[Format], *, store: Store | None, storage: VersionStorage
) -> Iterator[Converted]:
    """Write a version in each of the formats, one after the other, whole or not at all, and yield what was written.

    What was written of a format before is replaced: equal versions give equal bytes. Without a store, the version is
    held against its own manifest. Raises CuratorError where the version is not there or was changed.
    """
    refuse_changed(ref.name, ref.number, store=store, storage=storage)
    content = version_content(ref, storage)
    for form in formats:
        with storage.stage_format(ref.name, ref.number) as staged:
            losses = write_format(content, form, staged)
            path = staged.replace(form.name)
        yield Converted(form.name, path, losses)


def write_format(content: VersionContent, form: Format, folder: FormatFolder) -> Mapping[str, int]:
    """Write a version in a format, with its ledger, to a folder; returns the number of losses by reason."""
    ledger = _Ledger(folder)
    ledger.write(content, form, form.write(content, folder))
    return ledger.counts


def version_content(ref: DatasetRef, storage: VersionStorage) -> VersionContent:
    """Return a version as formats take it. Raises CuratorError for a manifest that is none."""
    manifest = storage.manifest(ref.name, ref.number)
    where = str(storage.path(ref.name, ref.number) / MANIFEST)
    if "schema" not in manifest:
        raise CuratorError("manifest has no label schema", where, "restore it from a copy")

    def records(split: str) -> Iterator[Record]:
        place = storage.path(ref.name, ref.number) / f"{split}.jsonl"
        for number, line in enumerate(storage.lines(ref.name, ref.number, split), start=1):
            yield record_from_line(line, f"{place}:{number}")

    return VersionContent(manifest, schema_from_value(manifest["schema"], where), records)


def all_records(content: VersionContent) -> Iterator[tuple[str, Record]]:
    """Yield every record of a version with its split, split by split."""
    for split in SPLITS:
        for record in content.records(split):
            yield split, record


class _Ledger:
    """The ledger of a format, written loss by loss: a format may leave out more than fits into memory."""

    def __init__(self, staged: FormatFolder) -> None:
        self._staged = staged
        self._counts: Counter[str] = Counter()

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of losses by reason."""
        return {reason: self._counts[reason] for reason in sorted(self._counts)}

    def write(self, content: VersionContent, form: Format, losses: Iterable[Loss]) -> None:
        manifest = content.manifest
        version = {"dataset": manifest["dataset"], "version": manifest["version"], "digest": manifest["digest"]}
        head = {"format": form.name, "of": version, "not_held": {**form.not_held, **_silver(manifest)}}
        self._staged.append(LEDGER, f'{json_line_text(head)[:-1]},"losses":['.encode())
        block: list[str] = []
        separator = "\n"
        for loss in losses:
            self._counts[loss.reason] += 1
            block.append(f"{separator}{json_line_text(loss.value())}")
            separator = ",\n"
            if len(block) == 1_000:
                self._staged.append(LEDGER, "".join(block).encode())
                block = []
        end = f'\n],"counts":{json_line_text(dict(self.counts))}}}\n'
        self._staged.append(LEDGER, ("".join(block) + end).encode())


def _silver(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return what every format leaves out of a version with silver documents."""
    silver = manifest.get("counts", {}).get(SILVER)
    return {SILVER_FILE: f"{silver['documents']} documents that nobody annotated are in no format"} if silver else {}
