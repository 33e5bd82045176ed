"""Annotations from elsewhere, as a reader would find them, and their import into a world."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from curator.domain.split import SplitRule
from curator.steps.intake.foreign_labels import label_map
from curator.steps.intake.import_annotations import ImportReport, ImportRules, import_annotations
from curator.steps.intake.import_order import ImportOrder
from curator.steps.ports.imports import Imported, ImportedAnnotation, ImportedDocument
from tests.fakes.parts import RULE, WordNearness, french, silent
from tests.fakes.world import World

AT = "2026-05-04T10:00:00.000000Z"
LATER = "2026-06-01T10:00:00.000000Z"
ADA = "ada@example.org"


class Found:
    """Implements `ImportReader` on what is there already; reading stops with `failure` where one is given."""

    def __init__(self, *found: Imported, failure: BaseException | None = None) -> None:
        self._found = found
        self._failure = failure

    def read(self, paths: Sequence[str]) -> Iterator[Imported]:
        yield from self._found
        if self._failure is not None:
            raise self._failure


def marked(*spans: tuple[int, int, str], layer: str = "entities", **fields: Any) -> ImportedAnnotation:
    """Return an annotation of spans, by Ada unless said otherwise."""
    body = {"spans": {layer: [{"start": start, "end": end, "label": label} for start, end, label in spans]}}
    return ImportedAnnotation(**{"body": body, "annotator": ADA, **fields})


def imported(text: str, *annotations: ImportedAnnotation, name: str = "", **fields: Any) -> ImportedDocument:
    """Return a document whose offsets are in code points unless said otherwise."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return ImportedDocument(
        **{"name": name or f"{text[:12]}.json", "text": text, "raw_sha256": digest, "code_points": True, **fields},
        annotations=annotations,
    )


def take(
    world: World,
    *found: Imported,
    labels: Mapping[str, str] | None = None,
    failure: BaseException | None = None,
    rule: SplitRule = RULE,
    **order: Any,
) -> ImportReport:
    """Import what was found, of the source `import`."""
    asked = {"source": "import", "at": AT, "labels": label_map(labels or {}, world.schema), **order}
    return import_annotations(
        ["found"],
        ImportOrder(**asked),
        ImportRules(world.schema, french, rule, WordNearness()),
        reader=Found(*found, failure=failure),
        store=world.store,
        progress=silent,
    )
