"""Filters: what of the decisions, and of the annotations that they are made from, an export takes."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from curator.domain.annotation import AnnotationState
from curator.domain.canonical import digest
from curator.domain.loss import Loss, span_loss
from curator.domain.schema import LabelSchema
from curator.domain.span import DOCUMENT, Content, Span, attribute_value, relation_value

BY_LABEL, BY_LAYER = "filtered:label", "filtered:layer"
BY_ANNOTATOR, BY_DATE = "filtered:annotator", "filtered:date"
BY_NUMBER = "filtered:min-annotations"
BY_SOURCE, BY_ONLY, BY_WITHOUT = "filtered:source", "filtered:only", "filtered:without"


@dataclass(frozen=True, slots=True)
class Filters:
    """What an export takes; without any of them, everything.

    `labels`, LABEL or LAYER:LABEL, and `layers` are those of spans; `annotators`, by pseudonym, and the time of the
    last change, from `since` and before `until` in the form of `instant`, those of annotations; of submitted ones so
    taken a document needs some by at least `min_annotations` annotators. `source` is a glob for where a document was
    found, `only` and `without` are ids of documents. With `each_annotation` there is a record for each annotation in
    the place of a decision. With `silver` documents that nobody annotated are taken too, apart, by the least score of
    their predicted spans.
    """

    labels: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    annotators: tuple[str, ...] = ()
    min_annotations: int = 0
    since: str | None = None
    until: str | None = None
    source: str | None = None
    only: frozenset[str] | None = None
    without: frozenset[str] | None = None
    each_annotation: bool = False
    silver: float | None = None

    @property
    def narrows(self) -> bool:
        """Whether spans are left out of what was decided."""
        return bool(self.labels or self.layers)

    @property
    def shapes(self) -> bool:
        """Whether a document that is taken is decided in another way, or has another record."""
        by_annotation = self.annotators or self.since or self.until or self.min_annotations
        return bool(self.narrows or by_annotation or self.each_annotation)

    @property
    def selects(self) -> bool:
        """Whether documents are left out for what they are, whatever was annotated."""
        return self.source is not None or self.only is not None or self.without is not None

    def shaping_value(self) -> dict[str, Any]:
        """Return what shapes decisions as a JSON value, with what is set alone."""
        values = {
            "labels": sorted(self.labels),
            "layers": sorted(self.layers),
            "annotators": sorted(self.annotators),
            "min_annotations": self.min_annotations,
            "since": self.since,
            "until": self.until,
            "all_annotations": self.each_annotation,
        }
        return {name: value for name, value in values.items() if value}

    def value(self) -> dict[str, Any]:
        """Return the filters as a JSON value, with what is set alone; lists of ids by their number and digest."""
        ids = {"only": self.only, "without": self.without}
        return {
            **{name: value for name, value in self.shaping_value().items() if name != "all_annotations"},
            **({} if self.source is None else {"source": self.source}),
            **{
                name: {"documents": len(of_list), "sha256": digest(sorted(of_list))}
                for name, of_list in ids.items()
                if of_list is not None
            },
        }

    def rules(self) -> dict[str, Any]:
        """Return what a manifest says of the filters among the rules, nothing where none is set."""
        value = self.value()
        return {
            **({"filters": value} if value else {}),
            **({"all_annotations": True} if self.each_annotation else {}),
            **({} if self.silver is None else {"silver": {"min_score": self.silver}}),
        }

    def refusal_of_annotation(self, state: AnnotationState, annotator: str) -> str | None:
        """Return why an annotation of an annotator, by pseudonym, is not taken, None where it is."""
        if self.annotators and annotator not in self.annotators:
            return BY_ANNOTATOR
        if self.since is not None and state.updated_at < self.since:
            return BY_DATE
        return BY_DATE if self.until is not None and state.updated_at >= self.until else None

    def refusal_of_document(self, document: str, source: str) -> str | None:
        """Return why a document found at a place is not taken, None where it is."""
        if self.only is not None and document not in self.only:
            return BY_ONLY
        if self.without is not None and document in self.without:
            return BY_WITHOUT
        return BY_SOURCE if self.source is not None and not fnmatchcase(source, self.source) else None

    def unknown(self, schema: LabelSchema) -> list[str]:
        """Return the labels and layers that a schema does not have, in the order given."""
        layers = (layer for layer in self.layers if layer not in schema.labels_of)
        return [*unknown_labels(self.labels, schema), *layers]

    def narrowed(self, document: str, content: Content) -> tuple[Content, list[Loss]]:
        """Return content with the spans of the labels and layers taken, and what is left out, what links spans too."""
        if not self.narrows:
            return content, []
        refusals = {span.id: self._refusal_of_span(span) for span in content.spans}
        gone = {name: reason for name, reason in refusals.items() if reason is not None}
        losses = [span_loss(document, span, gone[span.id]) for span in content.spans if span.id in gone]
        relations, attributes = [], []
        for relation in content.relations:
            if reason := gone.get(relation.head) or gone.get(relation.child):
                losses.append(Loss(document, "relation", relation_value(relation), reason))
            else:
                relations.append(relation)
        for attribute in content.attributes:
            if attribute.on != DOCUMENT and attribute.on in gone:
                losses.append(Loss(document, "attribute", attribute_value(attribute), gone[attribute.on]))
            else:
                attributes.append(attribute)
        spans = tuple(span for span in content.spans if span.id not in gone)
        return Content(spans, tuple(relations), tuple(attributes)), losses

    def _refusal_of_span(self, span: Span) -> str | None:
        if self.layers and span.layer not in self.layers:
            return BY_LAYER
        taken = not self.labels or span.label in self.labels or f"{span.layer}:{span.label}" in self.labels
        return None if taken else BY_LABEL


EVERYTHING = Filters()


def unknown_labels(labels: Iterable[str], schema: LabelSchema) -> list[str]:
    """Return those of the labels, LABEL or LAYER:LABEL, that a schema does not have, in the order given."""
    known = {
        name for layer, names in schema.labels_of.items() for label in names for name in (label, f"{layer}:{label}")
    }
    return [label for label in labels if label not in known]
