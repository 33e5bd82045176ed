"""Records of different splits that say the same, or nearly: found by sketches, judged by their texts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from curator.domain.dataset_ref import DatasetRef
from curator.domain.leakage import fingerprint, labelled_surfaces, normalised
from curator.domain.record import Record, record_from_line
from curator.steps.intake.near_duplicates import candidates_in_turn
from curator.steps.ports.documents import Nearness
from curator.steps.ports.version_folders import VersionStorage

_BATCH = 250
EXACT, NEAR = "exact", "near"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records by their ids: the same words, `exact`, or near-duplicates; whether their texts are labelled alike."""

    kind: str
    left: str
    left_split: str
    right: str
    right_split: str
    labels_differ: bool

    def value(self) -> dict[str, Any]:
        """Return the pair as a JSON object."""
        return {
            "kind": self.kind,
            "documents": [self.left, self.right],
            "splits": [self.left_split, self.right_split],
            "labels_differ": self.labels_differ,
        }


@dataclass(frozen=True, slots=True)
class _Place:
    split: str
    offset: int
    text: int
    labels: int


class Straddling:
    """Takes in the records of a version, split by split, and finds those whose like is in another split.

    In memory are ids, hashes, and of each key of a signature the first documents that have it, no text. Exact
    duplicates are paired with the first of their kind in each other split.
    """

    def __init__(self, nearness: Nearness) -> None:
        self._nearness = nearness
        self._holders: dict[int, list[str]] = {}
        self._places: dict[str, _Place] = {}
        self._first: dict[int, dict[str, str]] = {}
        self._candidates: list[tuple[str, str]] = []
        self.exact: list[Pair] = []
        self.labelled_differently: list[tuple[str, str]] = []

    def add(self, record: Record, split: str, offset: int) -> None:
        """Take in a record that begins at an offset of its split's file."""
        text = fingerprint(normalised(record.text))
        place = _Place(split, offset, text, fingerprint(str(labelled_surfaces(record))))
        if record.id in self._places:
            before = self._places[record.id]
            differ = before.labels != place.labels
            self.exact.append(Pair(EXACT, record.id, before.split, record.id, split, differ))
            return
        self._places[record.id] = place
        self._pair_exact(record.id, place)
        candidates, _ = candidates_in_turn({record.id: self._nearness.signature(record.text)}, self._holders)
        self._candidates += (
            (other, record.id)
            for other in candidates[record.id]
            if self._places[other].split != split and self._places[other].text != text
        )

    def _pair_exact(self, document: str, place: _Place) -> None:
        first = self._first.setdefault(place.text, {})
        for split, other in first.items():
            differ = self._places[other].labels != place.labels
            if split != place.split:
                self.exact.append(Pair(EXACT, other, split, document, place.split, differ))
            if differ:
                self.labelled_differently.append((other, document))
        first.setdefault(place.split, document)

    def near(self, ref: DatasetRef, storage: VersionStorage) -> Iterator[Pair]:
        """Yield the near-duplicates that straddle, in the order of the records; reads again what may be one."""
        for start in range(0, len(self._candidates), _BATCH):
            candidates = self._candidates[start : start + _BATCH]
            texts = self._texts(ref, storage, candidates)
            for left, right in candidates:
                if self._nearness.near(texts[left].text, texts[right].text):
                    places = self._places[left].split, self._places[right].split
                    yield Pair(NEAR, left, places[0], right, places[1], _differ(texts[left], texts[right]))

    def _texts(self, ref: DatasetRef, storage: VersionStorage, pairs: Sequence[tuple[str, str]]) -> dict[str, Record]:
        by_split: dict[str, list[tuple[int, str]]] = {}
        for document in {document for pair in pairs for document in pair}:
            place = self._places[document]
            by_split.setdefault(place.split, []).append((place.offset, document))
        records = {}
        for split, places in by_split.items():
            places.sort()
            lines = storage.lines_at(ref.name, ref.number, split, [offset for offset, _ in places])
            for (_, document), line in zip(places, lines, strict=True):
                records[document] = record_from_line(line)
        return records


def _differ(left: Record, right: Record) -> bool:
    """Say whether two texts have a surface that is marked in both, with different labels."""
    labels: list[dict[tuple[str, str], set[str]]] = [{}, {}]
    for of_record, record in zip(labels, (left, right), strict=True):
        for layer, surface, label in labelled_surfaces(record):
            of_record.setdefault((layer, surface), set()).add(label)
    return any(labels[0][key] != labels[1][key] for key in labels[0].keys() & labels[1].keys())
