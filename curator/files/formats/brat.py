"""brat standoff: a text and a file of annotations for every document, events with their arguments."""

import json
import re
from collections.abc import Iterator

from curator.domain.document import SPLITS
from curator.domain.loss import Loss, span_loss
from curator.domain.record import Record
from curator.domain.schema import LabelSchema
from curator.domain.span import DOCUMENT, Attribute, Relation, Span, attribute_value, relation_value
from curator.files.formats.brat_names import EVENTS, BratNames
from curator.files.names import document_file
from curator.steps.ports.formats import Format, FormatFolder, FormatParts, VersionContent

NAMES = "names.json"
_NOT_HELD = {
    "lang": "brat has no place for facts of a document",
    "meta": "brat has no place for facts of a document",
    "provenance": "brat has no place for facts of a document",
}
# What a reader of lines, or of columns between tabs, would break an annotation at; a span is in pieces around it.
_PIECE = re.compile(r"[^\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029]+")


def brat(_parts: FormatParts) -> Format:
    """Return the format: `SPLIT/ID.txt` and `SPLIT/ID.ann`, brat's configuration, and what its names stand for.

    Offsets count code points. A relation at one of whose ends is an event is an argument of it, of the head where both
    are; its direction is in the name of the role. Values that are not of a choice are notes, as JSON.
    """
    return Format("brat", _write, _NOT_HELD)


def _write(version: VersionContent, folder: FormatFolder) -> Iterator[Loss]:
    names = BratNames(version.schema)
    for split in SPLITS:
        for record in version.records(split):
            lines, losses = _Lines(record, version.schema, names).written()
            folder.write(f"{split}/{document_file(record.id)}.txt", record.text.encode())
            folder.write(f"{split}/{document_file(record.id)}.ann", lines.encode())
            yield from losses
    folder.write("annotation.conf", names.configuration())
    folder.write("visual.conf", names.appearance())
    folder.write(NAMES, names.table())


class _Lines:
    """The annotations of a document as lines, numbered by kind."""

    def __init__(self, record: Record, schema: LabelSchema, names: BratNames) -> None:
        self._record = record
        self._schema = schema
        self._names = names
        self._losses: list[Loss] = []
        self._relations: list[str] = []
        self._attributes: list[str] = []
        self._notes: list[str] = []

    def written(self) -> tuple[str, list[Loss]]:
        """Return the lines, and what they do not hold."""
        spans = [(span, pieces) for span in self._record.content.spans if (pieces := self._pieces(span))]
        texts = {span.id: f"T{number}" for number, (span, _) in enumerate(spans, start=1)}
        triggers = [span for span, _ in spans if span.layer == EVENTS]
        events = {span.id: f"E{number}" for number, span in enumerate(triggers, start=1)}
        arguments: dict[str, list[tuple[str, str]]] = {event: [] for event in events}
        named = {**texts, **events}
        for relation in self._record.relations:
            self._relation(relation, named, arguments)
        for attribute in self._record.attributes:
            self._attribute(attribute, named)
        lines = [f"{texts[span.id]}\t{self._type(span)} {self._placed(pieces)}" for span, pieces in spans]
        lines += [f"{events[span.id]}\t{self._event(span, texts[span.id], arguments[span.id])}" for span in triggers]
        rest = (("R", self._relations), ("A", self._attributes), ("#", self._notes))
        lines += [f"{letter}{number}\t{line}" for letter, of in rest for number, line in enumerate(of, start=1)]
        return "".join(f"{line}\n" for line in lines), self._losses

    def _pieces(self, span: Span) -> list[tuple[int, int]]:
        """Return where a span is line by line; nowhere where that would not say where it begins and ends."""
        pieces = [match.span() for match in _PIECE.finditer(self._record.text, span.start, span.end)]
        if pieces and (pieces[0][0], pieces[-1][1]) == (span.start, span.end):
            return pieces
        self._losses.append(span_loss(self._record.id, span, "line-break-at-edge"))
        return []

    def _type(self, span: Span) -> str:
        return self._names.span(span.layer, span.label)

    def _placed(self, pieces: list[tuple[int, int]]) -> str:
        offsets = ";".join(f"{start} {end}" for start, end in pieces)
        return f"{offsets}\t{' '.join(self._record.text[start:end] for start, end in pieces)}"

    def _event(self, span: Span, trigger: str, arguments: list[tuple[str, str]]) -> str:
        counts: dict[str, int] = {}
        parts = [f"{self._type(span)}:{trigger}"]
        for role, target in arguments:
            counts[role] = counts.get(role, 0) + 1
            parts.append(f"{role}{counts[role] if counts[role] > 1 else ''}:{target}")
        return " ".join(parts)

    def _relation(self, relation: Relation, named: dict[str, str], arguments: dict[str, list[tuple[str, str]]]) -> None:
        head, child, label, direction = relation.head, relation.child, relation.label, relation.direction
        if head not in named or child not in named:
            self._losses.append(Loss(self._record.id, "relation", relation_value(relation), "span-left-out"))
        elif head in arguments:
            arguments[head].append((self._names.role(label, direction, is_child=False), named[child]))
        elif child in arguments:
            arguments[child].append((self._names.role(label, direction, is_child=True), named[head]))
        else:
            name = self._names.relation(label, direction)
            self._relations.append(f"{name} Arg1:{named[head]} Arg2:{named[child]}")

    def _attribute(self, attribute: Attribute, named: dict[str, str]) -> None:
        if attribute.on not in named:
            reason = "no-attributes-of-documents" if attribute.on == DOCUMENT else "span-left-out"
            self._losses.append(Loss(self._record.id, "attribute", attribute_value(attribute), reason))
            return
        name, target = self._names.attribute(attribute.name), named[attribute.on]
        choice = _only_choice(attribute, self._schema)
        if choice is not None:
            self._attributes.append(f"{name} {target} {self._names.value(attribute.name, choice)}")
        else:
            self._notes.append(f"{name} {target}\t{_json(attribute.value)}")


def _only_choice(attribute: Attribute, schema: LabelSchema) -> str | None:
    """Return the choice of an attribute whose value is a list of it alone, as annotations in Label Studio have it."""
    choices = next((kind.choices for kind in schema.attributes if kind.name == attribute.name), ())
    values = attribute.value
    return values[0] if isinstance(values, list) and len(values) == 1 and values[0] in choices else None


def _json(value: object) -> str:
    # Escaped, since a note is one line to any reader.
    return json.dumps(value, separators=(",", ":"))
