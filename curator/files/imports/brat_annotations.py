"""The annotations of a brat file as spans, relations and attributes."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from curator.files.imports.brat_lines import BratLine
from curator.files.imports.written_names import WrittenNames

_PLACES = re.compile(r"(?P<type>\S+) +(?P<places>[0-9]{1,15} +[0-9]{1,15}(?:;[0-9]{1,15} +[0-9]{1,15})*) *")
_BREAKS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029")
SHARED_TRIGGER = "event-with-the-trigger-of-another"
"""The cause of an event whose trigger is that of one before it: here both are the one span."""
MERGED_ENDS = "relation-between-events-with-one-trigger"
"""The cause of a relation from one event to another with the same trigger: it would lead from a span to itself."""

_ON_WHAT = {"R": "relation", "A": "attribute", "N": "normalisation", "#": "note"}


class BratAnnotations:
    """What the lines of a document say.

    A span in pieces between which there is nothing but a line break, a tab or blanks beside one, is one span. Any other
    one in pieces is given as its `fragments`, which nothing here can hold. A relation or an attribute names its spans
    by their ids. `left_out` counts what is no annotation here, by cause.
    """

    def __init__(self, text: str, names: WrittenNames) -> None:
        self._text = text
        self._names = names
        self._spans: dict[str, dict[str, Any]] = {}
        self._triggers: dict[str, str] = {}
        self._triggering: set[str] = set()
        self._others: dict[str, str] = {}
        self._relations: list[dict[str, Any]] = []
        self._attributes: list[dict[str, Any]] = []
        self.left_out: Counter[str] = Counter()

    def body(self, lines: Iterable[BratLine]) -> dict[str, Any]:
        """Return the annotations of some lines, which may name each other in any order.

        Raises InputRefused, naming the line, for one that is not as its kind is, or that names one which is not there.
        """
        by_kind: dict[str, list[BratLine]] = {}
        for line in lines:
            by_kind.setdefault(line.kind, []).append(line)
        self._others = {line.id: _ON_WHAT[kind] for kind in _ON_WHAT for line in by_kind.get(kind, ())}
        types = {line.id: self._take_span(line) for line in by_kind.get("T", ())}
        events = by_kind.get("E", ())
        for line in events:
            self._take_trigger(line, types)
        for line in events:
            self._take_arguments(line)
        for line in by_kind.get("R", ()):
            self._take_relation(line)
        for line in by_kind.get("A", ()):
            self._take_attribute(line)
        for line in by_kind.get("#", ()):
            self._take_note(line)
        self.left_out["equivalence"] += len(by_kind.get("*", ()))
        self.left_out["normalisation"] += len(by_kind.get("N", ()))
        self.left_out = +self.left_out
        return {"spans": list(self._spans.values()), "relations": self._relations, "attributes": self._attributes}

    def _take_span(self, line: BratLine) -> str:
        match = _PLACES.fullmatch(line.says)
        if match is None:
            raise line.refused("not a type with offsets")
        layer, label = self._names.span(match["type"])
        pieces = [[int(offset) for offset in piece.split()] for piece in match["places"].split(";")]
        span: dict[str, Any] = {"id": line.id, "label": label}
        if layer is not None:
            span["layer"] = layer
        if len(pieces) > 1 and not self._is_broken_at_line_ends(pieces, line.words):
            span |= {"start": None, "end": None, "fragments": pieces}
            if line.words is not None:
                span["text"] = line.words
        else:
            span |= {"start": pieces[0][0], "end": pieces[-1][1]}
            if line.words is not None:
                span["text"] = self._words(span["start"], span["end"], line.words)
        self._spans[line.id] = span
        return match["type"]

    def _is_broken_at_line_ends(self, pieces: list[list[int]], words: str | None) -> bool:
        gaps = [self._text[end:start] for (_, end), (start, _) in pairwise(pieces)]
        if not all(gap.isspace() and _BREAKS.intersection(gap) for gap in gaps):
            return False
        written = " ".join(self._text[start:end] for start, end in pieces)
        return words is None or written.split() == words.split()

    def _words(self, start: int, end: int, words: str) -> str:
        """Return the words of a span as the text has them where only white space differs, else as they are written."""
        covered = self._text[start:end]
        return covered if covered.split() == words.split() else words

    def _take_trigger(self, line: BratLine, types: dict[str, str]) -> None:
        kind, colon, trigger = (line.says.split() or [""])[0].partition(":")
        if not colon or not trigger:
            raise line.refused("event has no trigger")
        if trigger not in self._spans:
            raise line.refused(f"event has a trigger that is not there, {trigger!r}")
        if types[trigger] != kind:
            raise line.refused(f"event is a {kind!r}, its trigger {trigger} a {types[trigger]!r}")
        self.left_out[SHARED_TRIGGER] += trigger in self._triggering
        self._triggering.add(trigger)
        self._triggers[line.id] = trigger

    def _take_arguments(self, line: BratLine) -> None:
        for argument in line.says.split()[1:]:
            role, colon, target = argument.partition(":")
            if not colon or not role:
                raise line.refused(f"{argument!r} is no argument")
            label, direction, is_child = self._names.role(role)
            event, other = self._triggers[line.id], self._end(line, target)
            if event == other and target in self._triggers and target != line.id:
                self.left_out[MERGED_ENDS] += 1
                continue
            head, child = (other, event) if is_child else (event, other)
            self._relations.append({"head": head, "child": child, "label": label, "direction": direction})

    def _take_relation(self, line: BratLine) -> None:
        name, *arguments = line.says.split() or [""]
        targets = [target for _, colon, target in (argument.partition(":") for argument in arguments) if colon]
        if len(targets) != 2 or len(arguments) != 2:
            raise line.refused("relation has no two arguments")
        label, direction = self._names.relation(name)
        head, child = (self._end(line, target) for target in targets)
        if head == child and targets[0] != targets[1] and self._triggers.keys() >= {*targets}:
            self.left_out[MERGED_ENDS] += 1
            return
        self._relations.append({"head": head, "child": child, "label": label, "direction": direction})

    def _end(self, line: BratLine, target: str) -> str:
        """Return the id of the span that one or the trigger of an event is."""
        span = self._triggers.get(target, target)
        if span not in self._spans:
            raise line.refused(f"{target!r} is no span or event that is there")
        return span

    def _on(self, line: BratLine, target: str) -> str | None:
        """Return the id of the span that something is on, None where it is on something else, which is counted."""
        if target in self._others:
            self.left_out[f"{_ON_WHAT[line.kind]}-on-{self._others[target]}"] += 1
            return None
        return self._end(line, target)

    def _take_attribute(self, line: BratLine) -> None:
        name, *rest = line.says.split() or [""]
        if not 1 <= len(rest) <= 2:
            raise line.refused("not an attribute with what it is on and at most one value")
        if on := self._on(line, rest[0]):
            attribute = self._names.attribute(name)
            value = [self._names.value(attribute, rest[1])] if len(rest) == 2 else True
            self._attributes.append({"on": on, "name": attribute, "value": value})

    def _take_note(self, line: BratLine) -> None:
        name, *rest = line.says.split() or [""]
        if len(rest) != 1:
            raise line.refused("not a note with what it is on")
        if on := self._on(line, rest[0]):
            self._attributes.append({"on": on, "name": self._names.attribute(name), "value": self._noted(name, line)})

    def _noted(self, name: str, line: BratLine) -> Any:
        """Return what a note says: a value as JSON, where the table of names has an attribute that the note is of."""
        note = line.words or ""
        if not self._names.is_attribute(name):
            return note
        try:
            return json.loads(note)
        except (ValueError, RecursionError):
            raise line.refused("note is no JSON") from None
