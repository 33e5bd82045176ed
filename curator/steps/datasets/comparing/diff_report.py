"""A diff as people and programs read it: every change as one item, and what all of them come to."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from curator.domain.diff import ATTRIBUTE_KINDS, SPAN_KINDS, ChangeKind
from curator.domain.record import Record
from curator.domain.span import Attribute, Relation, Span, attribute_value, relation_value
from curator.steps.datasets.comparing.authors import AttributedDiff

DOCUMENT_KINDS = (ChangeKind.ADDED, ChangeKind.REMOVED)
LISTS = {
    "documents": DOCUMENT_KINDS,
    "spans": SPAN_KINDS,
    "relations": SPAN_KINDS,
    "attributes": ATTRIBUTE_KINDS,
    "records": (),
}
"""The parts of a diff, each with the kinds of its changes in order; `records` are changed values beside annotations."""
BY_KIND = ("documents", "spans")
"""The parts whose changes stand in a list for each kind; those of the others stand in one, and name their kind."""


@dataclass(frozen=True, slots=True)
class DiffItem:
    """One change: of which part (a key of `LISTS`) and kind, with what was before and is after as JSON values."""

    part: str
    kind: ChangeKind
    document: str
    before: Any
    after: Any
    change: AttributedDiff
    field: str = ""

    def value(self) -> dict[str, Any]:
        """Return the item as a JSON object."""
        value: dict[str, Any] = {"document": self.document, "split": self.change.diff.splits[1 if self.after else 0]}
        if self.part not in BY_KIND:
            value["kind"] = self.kind.value
        if self.field:
            value["field"] = self.field
        return value | {
            "before": self.before,
            "after": self.after,
            "annotators": list(self.change.annotators),
            "last_annotator": self.change.diff.record.provenance.last_annotator,
            "changed_by": [{"annotator": author.annotator, "at": author.at} for author in self.change.authors],
        }


def diff_items(change: AttributedDiff) -> Iterator[DiffItem]:
    """Yield every change of a document; of one that was added or removed it is the document alone."""
    diff = change.diff
    if diff.before is None or diff.after is None:
        kind = ChangeKind.ADDED if diff.before is None else ChangeKind.REMOVED
        before, after = (_document(*side) for side in zip((diff.before, diff.after), diff.splits, strict=True))
        yield DiffItem("documents", kind, diff.document, before, after, change)
        return
    text = diff.record.text
    for part, changes in (
        ("spans", diff.changes.spans),
        ("relations", diff.changes.relations),
        ("attributes", diff.changes.attributes),
    ):
        for item in changes:
            before, after = (_value(side, text) for side in (item.before, item.after))
            yield DiffItem(part, item.kind, diff.document, before, after, change)
    fields = [(change.name, change.before, change.after) for change in diff.changes.fields]
    if diff.splits[0] != diff.splits[1]:
        fields.append(("split", *diff.splits))
    for name, before, after in fields:
        yield DiffItem("records", ChangeKind.CHANGED, diff.document, before, after, change, name)


def _value(part: Span | Relation | Attribute | None, text: str) -> Any:
    if isinstance(part, Span):
        place = {"id": part.id, "layer": part.layer, "start": part.start, "end": part.end, "label": part.label}
        return {**place, "text": text[part.start : part.end]}
    if isinstance(part, Relation):
        return relation_value(part)
    return None if part is None else attribute_value(part)


def _document(record: Record | None, split: str | None) -> Any:
    if record is None:
        return None
    return {
        "split": split,
        "spans": {layer: dict(Counter(span.label for span in spans)) for layer, spans in record.spans.items()},
        "relations": len(record.relations),
        "attributes": len(record.attributes),
    }


@dataclass(slots=True)
class DiffSummary:
    """What the changes come to: counts of each part by kind, of spans by label, and of all by annotator.

    A relabelled span counts under the label that it had; `relabelled` counts from which to which, and
    `renamed` the spans whose label has another name, which are no changes. An annotator is held
    to have made a change as `AttributedDiff.last` says.
    """

    documents_changed: int = 0
    parts: dict[str, Counter[str]] = field(default_factory=lambda: {part: Counter() for part in LISTS})
    labels: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    relabelled: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    annotators: dict[str, Counter[str]] = field(default_factory=dict)
    renamed: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, change: AttributedDiff) -> None:
        """Count the changes of a document."""
        diff = change.diff
        self.documents_changed += diff.before is not None and diff.after is not None
        self.renamed.update(diff.renamed)
        of_annotator = self.annotators.setdefault(change.last, Counter())
        of_annotator["documents"] += 1
        for item in diff_items(change):
            self.parts[item.part][item.kind.value] += 1
            if item.part == "spans":
                of_annotator[item.kind.value] += 1
        for span_change in diff.changes.spans:
            span, after = span_change.before or span_change.after, span_change.after
            if span is None:
                continue
            self.labels.setdefault((span.layer, span.label), Counter())[span_change.kind.value] += 1
            if span_change.kind is ChangeKind.RELABELLED and after is not None:
                self.relabelled[span.layer, span.label, after.label] += 1

    def value(self) -> dict[str, Any]:
        """Return the summary as a JSON object."""
        labels: dict[str, dict[str, Any]] = {}
        for (layer, label), counts in sorted(self.labels.items()):
            labels.setdefault(layer, {})[label] = {kind.value: counts[kind.value] for kind in SPAN_KINDS}
        return {
            "documents_changed": self.documents_changed,
            **{part: self.counts(part) for part in LISTS},
            "labels": labels,
            "relabelled": _pairs(self.relabelled),
            "renamed": _pairs(self.renamed),
            "annotators": {
                name: {"documents": counts["documents"], **{kind.value: counts[kind.value] for kind in SPAN_KINDS}}
                for name, counts in sorted(self.annotators.items())
            },
        }

    def counts(self, part: str) -> dict[str, int]:
        """Return the number of changes of a part by kind."""
        kinds = LISTS[part] or (ChangeKind.CHANGED,)
        return {kind.value: self.parts[part][kind.value] for kind in kinds}

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return not self.renamed and not any(self.parts[part].total() for part in LISTS)


def _pairs(counts: Counter[tuple[str, str, str]]) -> list[dict[str, Any]]:
    return [
        {"layer": layer, "from": old, "to": new, "count": count} for (layer, old, new), count in sorted(counts.items())
    ]
