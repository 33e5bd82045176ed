"""Labels as stored content bears them, read as the labels that a schema has by now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from curator.domain.canonical import digest
from curator.domain.schema import LabelSchema, Layer
from curator.domain.span import (
    DUPLICATE_RELATION,
    DUPLICATE_SPAN,
    LABEL_REMOVED,
    LABEL_WAS_SPLIT,
    Attribute,
    Content,
    Problem,
    Relation,
    Span,
    attribute_value,
    relation_value,
)

UNKNOWN_LABEL = "unknown-label"


class LabelNow(NamedTuple):
    """The label that a label is read as, or else the cause for which it is left out."""

    label: str | None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class LabelNames:
    """All label names that content may bear under a schema; made once and asked for every span."""

    current: Mapping[str, frozenset[str]]
    former: Mapping[str, Mapping[str, LabelNow | Mapping[str, str]]]

    def now(self, layer: str, label: str, covered: str) -> LabelNow:
        """Return what a label of a layer on a covered text is read as."""
        if label in self.current.get(layer, ()):
            return LabelNow(label)
        named = self.former.get(layer, {}).get(label)
        if named is None:
            return LabelNow(None, UNKNOWN_LABEL)
        if isinstance(named, LabelNow):
            return named
        into = named.get(_words(covered))
        return LabelNow(None, LABEL_WAS_SPLIT) if into is None else LabelNow(into)

    def knows(self, layer: str, label: str) -> bool:
        """Say whether a layer has, or had, a label."""
        return label in self.current.get(layer, ()) or label in self.former.get(layer, ())

    def layer_of(self, label: str) -> str | None:
        """Return the only layer that has this label, else the only one that had it."""
        for names in (self.current, self.former):
            layers = [layer for layer, labels in names.items() if label in labels]
            if layers:
                return layers[0] if len(layers) == 1 else None
        return None


def label_names(schema: LabelSchema) -> LabelNames:
    """Return the label names that content may bear under a schema."""
    return LabelNames(schema.labels_of, {layer.name: dict(_former(layer)) for layer in schema.layers})


def names_digest(schema: LabelSchema) -> str:
    """Return a digest of what former labels of a schema are read as, empty where there are none."""
    former = {layer: dict(names) for layer, names in label_names(schema).former.items() if names}
    return digest(former) if former else ""


def _former(layer: Layer) -> Iterator[tuple[str, LabelNow | Mapping[str, str]]]:
    yield from ((name, LabelNow(label.name)) for label in layer.labels for name in label.formerly)
    yield from ((name, LabelNow(None, LABEL_REMOVED)) for name in layer.removed)
    for split in layer.split:
        by_words = {_words(word): label for label, listed in split.into.items() for word in listed}
        yield from ((name, by_words) for name in split.formerly)


def _words(text: str) -> str:
    return " ".join(text.casefold().split())


def unsettled_problems(content: Content) -> list[Problem]:
    """Return the problems of content that somebody may have to mend: all but what a removed label leaves out."""
    return [problem for problem in content.problems if problem.cause != LABEL_REMOVED]


def under_new_names(content: Content, text: str, schema: LabelSchema) -> Content:
    """Return content with its labels as a schema reads them; relations and attributes follow their spans. Idempotent.

    What was removed is among the problems, as is the less likely one of two spans that became one; a label that the
    schema never had stays as it is. The same content, where no label of it changed.
    """
    return renamed(content, text, label_names(schema))


def renames_alone(schema: LabelSchema) -> LabelNames:
    """Return the names of a schema of which the former ones that no label has become are unknown."""
    names = label_names(schema)
    former = {
        layer: {name: now for name, now in of_layer.items() if isinstance(now, LabelNow) and now.label is not None}
        for layer, of_layer in names.former.items()
    }
    return LabelNames(names.current, former)


def renamed(content: Content, text: str, names: LabelNames) -> Content:
    """Return content as `under_new_names` does, by label names that are made already."""
    if not any(span.label in names.former.get(span.layer, ()) for span in content.spans):
        return content
    renaming = _Renaming()
    for span in content.spans:
        renaming.take(span, names.now(span.layer, span.label, text[span.start : span.end]))
    relations = dict.fromkeys(renaming.relations(content.relations))
    attributes = {attribute.key: attribute for attribute in renaming.attributes(content.attributes)}
    problems = (*content.problems, *renaming.problems)
    return Content(tuple(renaming.spans.values()), tuple(relations), tuple(attributes.values()), problems)


class _Renaming:
    """What was renamed so far: each span once, and what the ids that spans had lead to."""

    def __init__(self) -> None:
        self.spans: dict[str, Span] = {}
        self.problems: list[Problem] = []
        self._ids: dict[str, str] = {}
        self._gone: dict[str, str] = {}

    def take(self, span: Span, now: LabelNow) -> None:
        if now.label is None and now.cause != UNKNOWN_LABEL:
            self.problems.append(Problem(now.cause, span.id))
            self._gone[span.id] = now.cause
            return
        renamed = span if now.label in (None, span.label) else replace(span, label=str(now.label))
        self._ids[span.id] = renamed.id
        rival = self.spans.get(renamed.id)
        if rival is not None:
            self.problems.append(Problem(DUPLICATE_SPAN, span.id))
        if rival is None or (renamed.score or 0.0) > (rival.score or 0.0):
            self.spans[renamed.id] = renamed

    def relations(self, relations: tuple[Relation, ...]) -> Iterator[Relation]:
        seen: set[Relation] = set()
        for relation in relations:
            if cause := self._gone.get(relation.head) or self._gone.get(relation.child):
                self.problems.append(Problem(cause, relation_value(relation)))
                continue
            renamed = replace(relation, head=self._id(relation.head), child=self._id(relation.child))
            if renamed in seen:
                self.problems.append(Problem(DUPLICATE_RELATION, relation_value(relation)))
            seen.add(renamed)
            yield renamed

    def attributes(self, attributes: tuple[Attribute, ...]) -> Iterator[Attribute]:
        for attribute in attributes:
            if cause := self._gone.get(attribute.on):
                self.problems.append(Problem(cause, attribute_value(attribute)))
            else:
                yield replace(attribute, on=self._id(attribute.on))

    def _id(self, name: str) -> str:
        return self._ids.get(name, name)
