"""A diff as lines for a terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from curator.cli.output import flat
from curator.domain.diff import ChangeKind
from curator.domain.span import Span

if TYPE_CHECKING:
    from curator.steps.datasets.comparing.authors import AttributedDiff
    from curator.steps.datasets.comparing.diff_report import DiffItem, DiffSummary

_SIGNS = {
    ChangeKind.ADDED: "+",
    ChangeKind.REMOVED: "-",
    ChangeKind.MOVED: "~",
    ChangeKind.RELABELLED: "≠",
    ChangeKind.CHANGED: "≠",
}
_AROUND = 24
_LONGEST = 80


def summary_lines(summary: "DiffSummary", before: str, after: str) -> Iterator[str]:
    """Yield what a diff comes to: by part, by label and by annotator."""
    value = summary.value()
    yield flat(f"{before} -> {after}")
    if summary.is_empty:
        yield "nothing differs"
        return
    documents = value["documents"]
    changed = value["documents_changed"]
    yield f"documents   {documents['added']} added, {documents['removed']} removed, {changed} changed"
    for part in ("spans", "relations", "attributes"):
        yield f"{part:<11} {', '.join(f'{count} {kind}' for kind, count in value[part].items())}"
    if value["records"]["changed"]:
        yield f"other       {value['records']['changed']} values changed (metadata, provenance, split and the like)"
    for pair in value["renamed"]:
        yield flat(f"renamed     {pair['layer']}/{pair['from']} → {pair['to']}: {pair['count']} spans")
    for layer, labels in value["labels"].items():
        for label, counts in labels.items():
            counted = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
            yield flat(f"  {f'{layer}/{label}':<24} {counted}")
    for pair in value["relabelled"]:
        yield flat(f"  {pair['layer']}: {pair['from']} -> {pair['to']} {pair['count']}")
    for name, counts in value["annotators"].items():
        yield flat(f"  {name}: {', '.join(f'{n} {kind}' for kind, n in counts.items() if n)}")


def change_lines(change: "AttributedDiff") -> Iterator[str]:
    """Yield the changes of a document, each on a line with some of the text around it."""
    from curator.steps.datasets.comparing.diff_report import diff_items

    diff = change.diff
    who = ", ".join(f"{author.annotator} {author.at or ''}".rstrip() for author in change.authors)
    splits = [split for split in dict.fromkeys(diff.splits) if split is not None]
    yield ""
    yield flat(f"{diff.document} ({' -> '.join(splits)})  {who or ', '.join(change.annotators) or 'unknown'}")
    if diff.before is None or diff.after is None:
        yield flat(f"  {'+' if diff.before is None else '-'} document  {_cut(diff.record.text)}")
        return
    text = diff.record.text
    for span_change in diff.changes.spans:
        yield flat(f"  {_SIGNS[span_change.kind]} {_span_line(span_change.before, span_change.after, text)}")
    for item in diff_items(change):
        if item.part != "spans":
            yield flat(f"  {_SIGNS[item.kind]} {_item_line(item)}")


def _span_line(before: Span | None, after: Span | None, text: str) -> str:
    span = after or before
    if span is None:
        return ""
    label = span.label if before is None or before.label == span.label else f"{before.label} -> {span.label}"
    places = [f"{side.start}-{side.end}" for side in (before, after) if side is not None]
    context = f"{text[max(0, span.start - _AROUND) : span.start]}[{_cut(text[span.start : span.end])}]"
    return f"{span.layer}/{label}  {' -> '.join(dict.fromkeys(places))}  {context}{text[span.end : span.end + _AROUND]}"


def _item_line(item: "DiffItem") -> str:
    name = item.field or item.part.removesuffix("s")
    sides = [side for side in (item.before, item.after) if side is not None or item.field]
    return f"{name}  {' -> '.join(_cut(_value(side)) for side in sides)}"


def _value(side: object) -> str:
    if isinstance(side, dict) and "head" in side:
        return f"{side['head']} -{side['label']}/{side['direction']}- {side['child']}"
    if isinstance(side, dict) and "on" in side:
        return f"{side['on']} {side['name']} = {side['value']}"
    return str(side)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
