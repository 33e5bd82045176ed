"""A version of one store, written in a format, read into an empty store and exported there."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from curator.bootstrap.context import Context
from curator.bootstrap.datasets import export
from curator.bootstrap.formats import convert, formats
from curator.bootstrap.importing import import_files, import_order
from curator.bootstrap.workspace import Workspace
from curator.domain.canonical import canonicalise, document_id
from curator.domain.carried import carry_over
from curator.domain.document import SPLITS
from curator.domain.loss import Loss
from curator.domain.record import Record, record_from_line
from curator.domain.span import content_body
from curator.settings import ExportSettings, Settings
from curator.steps.intake.import_annotations import ImportReport
from tests.files.formats.hard_case import SCHEMA

ANNOTATOR = "Zoé Martin"


@dataclass(frozen=True)
class Desk:
    """A workspace with the labels of the hard case, and the folder that its versions go to."""

    folder: Path

    @property
    def context(self) -> Context:
        labels = self.folder / "labels.yaml"
        self.folder.mkdir(exist_ok=True)
        labels.write_text(yaml.safe_dump(SCHEMA.value, allow_unicode=True), encoding="utf-8")
        settings = Settings(
            label_schema=labels, export=ExportSettings(path=self.folder / "exports", named_annotators=True)
        )
        return Context(Workspace(self.folder / "workspace"), self.folder / "curator.toml", given=settings)

    def take(self, *paths: Path, form: str, **order: Any) -> ImportReport:
        """Import files of a format, all of them in French by one annotator unless said otherwise."""
        asked = {"source": "import", "annotator": ANNOTATOR, "lang": "fr", "for_review": False, **order}
        names = [str(path) for path in paths]
        return import_files(self.context, names, form, import_order(**asked), {}, _silent, lambda *_: None)

    def exported(self) -> dict[str, list[Record]]:
        """Export what there is, and return the records of the version by split."""
        path = export(self.context, "news", None, _silent).path
        return {
            split: [record_from_line(line) for line in (path / f"{split}.jsonl").read_bytes().splitlines()]
            for split in SPLITS
        }

    def written(self, form: str) -> tuple[Path, list[Loss]]:
        """Write the newest version in a format; returns its folder, and what its ledger lists."""
        (converted,) = convert(self.context, "news@1", formats([form]))
        ledger = json.loads((converted.path / "LOSSES.json").read_text(encoding="utf-8"))
        return converted.path, [Loss(**loss) for loss in ledger["losses"]]


def filled(folder: Path, records: Mapping[str, Iterable[Record]]) -> Desk:
    """Return a desk into whose store records went, with their texts made canonical."""
    folder.mkdir()
    file = folder / "given.jsonl"
    lines = (_line(record, split) for split in SPLITS for record in records[split])
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    desk = Desk(folder / "desk")
    report = desk.take(file, form="records", annotator="")
    assert not report.refused
    return desk


def _line(record: Record, split: str) -> dict[str, Any]:
    canonical = canonicalise(record.text)
    content = carry_over(content_body(record.content, record.spans, record.text), record.text, canonical, SCHEMA)
    provenance = replace(record.provenance, annotators=(ANNOTATOR,), last_annotator=ANNOTATOR)
    return {
        "id": document_id(canonical.text),
        "text": canonical.text,
        "split": split,
        **content_body(content, SCHEMA.layer_names, canonical.text),
        "meta": dict(record.meta),
        "provenance": {
            "last_annotator": provenance.last_annotator,
            "ground_truth": provenance.ground_truth,
            "source": provenance.source,
        },
    }


def _silent(_message: str) -> None:
    pass
