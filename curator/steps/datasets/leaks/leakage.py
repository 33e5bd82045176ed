"""What a dataset version leaks between its splits, and how its splits differ otherwise."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curator.domain.dataset_ref import DatasetRef
from curator.domain.document import SPLITS
from curator.domain.leakage import LabelsOfSurfaces, SeenInTraining, distance, labelled_surfaces, normalised
from curator.domain.record import Record, record_from_line
from curator.steps.datasets.convert import version_content
from curator.steps.datasets.folder import refuse_changed, stored_version
from curator.steps.datasets.leaks.drift import Drift, DriftCount
from curator.steps.datasets.leaks.straddling import Pair, Straddling
from curator.steps.ports.documents import Nearness
from curator.steps.ports.lemmas import Lemma
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store
from curator.steps.ports.version_folders import VersionStorage

TRIGGERS = "events"
"""The layer whose spans are compared by their lemmas too."""


@dataclass(frozen=True, slots=True)
class Leakage:
    """What a version leaks: pairs across splits, and what else tells how alike its splits are.

    `surfaces` by layer and `lemmas` of triggers say how much dev and test have that train has not; a surface is the
    text of a span whatever its case, with its label. `same_text` are records of the same words with different labels,
    in one split or two, and `same_surface` texts that are labelled differently within a layer. `labels` are the counts
    by layer and split, and `distances` by layer how far dev and test are from train, by `curator.domain.leakage`.
    """

    pairs: Sequence[Pair]
    surfaces: Mapping[str, Any]
    lemmas: Mapping[str, Any]
    same_text: Sequence[tuple[str, str]]
    same_surface: Sequence[Mapping[str, Any]]
    labels: Mapping[str, Mapping[str, Mapping[str, int]]]
    distances: Mapping[str, Mapping[str, float | None]]
    drift: Drift | None

    @property
    def leaks(self) -> bool:
        """Whether the same text, or nearly, is in two splits."""
        return bool(self.pairs)


def leakage(
    ref: DatasetRef,
    *,
    store: Store | None,
    storage: VersionStorage,
    nearness: Nearness,
    lemma: Lemma,
    progress: Progress,
) -> Leakage:
    """Compare the splits of a version, record by record; no text is kept in memory but those of some pairs.

    Without a store the version is held against its own manifest, and why documents are not where the split rule says
    is not known. Raises CuratorError where the version is not there or was changed.
    """
    refuse_changed(ref.name, ref.number, store=store, storage=storage)
    version = None if store is None else stored_version(store, ref.name, ref.number)
    if version is not None and version.fetched_from:
        # Why documents are where they are, another store knows.
        version = None
    content = version_content(ref, storage)
    straddling = Straddling(nearness)
    seen = _Seen(content.schema.layer_names, lemma)
    drift = DriftCount(content.manifest.get("rules"), store, version)
    for done, (split, offset, record) in enumerate(_records(ref, storage), start=1):
        progress(done, None)
        straddling.add(record, split, offset)
        seen.add(split, record)
        drift.add(split, record)
    return Leakage(
        pairs=[*straddling.exact, *straddling.near(ref, storage)],
        surfaces={layer: counts.value() for layer, counts in seen.surfaces.items()},
        lemmas=seen.lemmas.value(),
        same_text=straddling.labelled_differently,
        same_surface=seen.labels_of_surfaces.different(),
        labels={layer: {split: dict(seen.labels[layer, split]) for split in SPLITS} for layer in seen.surfaces},
        distances={
            layer: {split: distance(seen.labels[layer, SPLITS[0]], seen.labels[layer, split]) for split in SPLITS[1:]}
            for layer in seen.surfaces
        },
        drift=drift.result(),
    )


def _records(ref: DatasetRef, storage: VersionStorage) -> Iterator[tuple[str, int, Record]]:
    """Yield every record with its split and the offset it begins at in the split's file."""
    for split in SPLITS:
        offset = 0
        place = storage.path(ref.name, ref.number) / f"{split}.jsonl"
        for number, line in enumerate(storage.lines(ref.name, ref.number, split), start=1):
            yield split, offset, record_from_line(line, f"{place}:{number}")
            offset += len(line)


class _Seen:
    """What the spans of records are, by layer and split."""

    def __init__(self, layers: Sequence[str], lemma: Lemma) -> None:
        self._lemma = lemma
        self.surfaces = {layer: SeenInTraining() for layer in layers}
        self.lemmas = SeenInTraining()
        self.labels = {(layer, split): Counter[str]() for layer in layers for split in SPLITS}
        self.labels_of_surfaces = LabelsOfSurfaces()

    def add(self, split: str, record: Record) -> None:
        surfaces = labelled_surfaces(record)
        self.labels_of_surfaces.add(surfaces)
        for layer, surface, label in surfaces:
            self.surfaces[layer].add(split, f"{label} {surface}")
            self.labels[layer, split][label] += 1
            if layer == TRIGGERS:
                self.lemmas.add(split, " ".join(map(self._lemma, normalised(surface).split())))
