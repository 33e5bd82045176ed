"""What others annotated elsewhere, into the store: revisions of a named source."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from curator.domain.annotation import AnnotationState, Form, Identity, Revision
from curator.domain.canonical import Canonical, canonicalise, refuse_unstorable
from curator.domain.carried import carry_over
from curator.domain.document import Arrival, RawDocument
from curator.domain.errors import InputRefused
from curator.domain.label_names import UNKNOWN_LABEL
from curator.domain.offset_units import CODE_POINTS, in_code_points
from curator.domain.schema import LabelSchema
from curator.domain.span import Content, Problem, content_body
from curator.domain.split import Dealt, SplitRule
from curator.steps.in_force.annotators import annotator_keys
from curator.steps.in_force.split_rule import refuse_other_split_rule
from curator.steps.intake.import_order import ImportOrder, refuse_senseless
from curator.steps.intake.imported_keys import ImportedKeys, Unnumbered, is_same, named, says_same, unnumbered
from curator.steps.intake.ingest import arrive, assign_splits
from curator.steps.ports.documents import Language, Nearness, Refused
from curator.steps.ports.imports import Imported, ImportedAnnotation, ImportedDocument, ImportReader, LeftOut
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store, Transaction

_BATCH = 250


@dataclass(frozen=True, slots=True)
class ImportRules:
    """By what documents are taken in: labels, language, splits and near-duplicates."""

    schema: LabelSchema
    language: Language
    split_rule: SplitRule
    nearness: Nearness


@dataclass(slots=True)
class ImportReport:
    """What an import did.

    `documents`, `annotations`, `spans`, `relations` and `attributes` count what is new or changed, `unchanged` the
    annotations that were there as they are. `changed` names the texts, once for each annotation, of which another
    content was replaced, `older` those of which a newer one stayed. `left_out` counts what is no annotation, by cause,
    and the older ones. Of what does not fit, `causes` has the place and the cause of each item, `unknown_labels` counts
    the labels that the schema does not have; `recounted`, `cut_words` and `doubtful` are as those of an ingest, and
    `splits_kept` names texts that have another split already than the one named.
    """

    documents: int = 0
    new_documents: int = 0
    annotations: int = 0
    unchanged: int = 0
    changed: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    spans: int = 0
    relations: int = 0
    attributes: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    causes: list[tuple[str, str]] = field(default_factory=list)
    unknown_labels: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    recounted: list[tuple[str, str]] = field(default_factory=list)
    cut_words: list[tuple[str, int]] = field(default_factory=list)
    doubtful: list[tuple[str, str]] = field(default_factory=list)
    splits_kept: list[tuple[str, str]] = field(default_factory=list)
    dealt: Dealt = field(default_factory=Dealt)


def import_annotations(
    paths: Sequence[str],
    order: ImportOrder,
    rules: ImportRules,
    *,
    reader: ImportReader,
    store: Store,
    progress: Progress,
) -> ImportReport:
    """Take in all annotations found at the paths, with their documents, which get their splits; idempotent.

    An annotation is known again by its source, document, annotator and key, and those that these do not tell apart by
    their content: the same one changes nothing, a changed one is a new revision, unless the file says that it is older
    than the one that is there. Refusals do not stop the rest. Raises CuratorError, before anything is taken in, for an
    order without sense and where documents were split by another rule.
    """
    refuse_senseless(order, rules.schema)
    with store.reading() as transaction:
        refuse_other_split_rule(transaction, rules.split_rule)
    report = ImportReport()
    documents = _documents(reader.read(paths), report, progress)
    intake = _Intake(order, rules, report)
    while batch := list(islice(documents, _BATCH)):
        arrived = [arrived for document in batch if (arrived := intake.arrived(document)) is not None]
        with store.writing() as transaction:
            intake.store(transaction, arrived)
    report.dealt = assign_splits(store, rules.nearness, rules.split_rule)
    return report


def _documents(items: Iterable[Imported], report: ImportReport, progress: Progress) -> Iterable[ImportedDocument]:
    for number, item in enumerate(items, start=1):
        progress(number, None)
        if isinstance(item, Refused):
            report.refused.append(item)
        elif isinstance(item, LeftOut):
            report.left_out[item.cause] += 1
        else:
            yield item


@dataclass(frozen=True, slots=True)
class _Arrived:
    """A document as it will be stored, with the content of each of its annotations."""

    name: str
    arrival: Arrival
    annotations: tuple[tuple[ImportedAnnotation, Content], ...]


@dataclass(frozen=True, slots=True)
class _Marked:
    """An annotation of a stored document, with the name of its annotator, as it will be stored."""

    name: str
    document: str
    annotator: str
    annotation: ImportedAnnotation
    content: Content
    body: Mapping[str, Any]
    unnumbered: Unnumbered


@dataclass(frozen=True, slots=True)
class _Intake:
    """The documents of an import on their way into the store."""

    order: ImportOrder
    rules: ImportRules
    report: ImportReport
    keys: ImportedKeys = field(default_factory=ImportedKeys)
    written: set[str] = field(default_factory=set)
    """The documents that have something new."""

    def arrived(self, document: ImportedDocument) -> _Arrived | None:
        """Return a document as it will be stored, or None where it is refused, which is reported."""
        order, report = self.order, self.report
        raw = RawDocument(
            name=document.source or document.name,
            text=document.text,
            raw_sha256=document.raw_sha256,
            encoding=document.encoding,
            lang=order.lang or document.lang or None,
            meta=document.meta,
            split=document.split,
        )
        try:
            arrival = arrive(raw, self.rules.language, self.rules.schema)
            self._refuse_unnamed(document)
            contents = self._contents(document)
        except InputRefused as error:
            error.where = document.name if error.where in ("", raw.name) else f"{document.name}, {error.where}"
            report.refused.append(Refused(document.name, error))
            return None
        report.left_out.update(document.left_out)
        if arrival.seems_in is not None:
            report.doubtful.append((document.name, arrival.seems_in))
        return _Arrived(document.name, arrival, contents)

    def _refuse_unnamed(self, document: ImportedDocument) -> None:
        for annotation in document.annotations:
            if not self._annotator(annotation).strip():
                raise InputRefused("nothing says who annotated it", remedy="name the annotator with --annotator NAME")
            refuse_unstorable(self._annotator(annotation))
            refuse_unstorable(annotation.key)

    def _contents(self, document: ImportedDocument) -> tuple[tuple[ImportedAnnotation, Content], ...]:
        """Return the annotations of a document with their contents in canonical offsets."""
        canonical = canonicalise(document.text)
        contents = tuple(
            (annotation, self._content(document, annotation, canonical)) for annotation in document.annotations
        )
        problems = [problem for _, content in contents for problem in content.problems]
        self.report.causes += [(document.name, problem.cause) for problem in problems]
        self.report.unknown_labels.update(
            str(problem.item["label"])
            for problem in problems
            if problem.cause == UNKNOWN_LABEL and isinstance(problem.item, Mapping) and "start" in problem.item
        )
        return contents

    def _content(self, document: ImportedDocument, annotation: ImportedAnnotation, canonical: Canonical) -> Content:
        body: Mapping[str, Any] = annotation.body
        schema = self.rules.schema
        held: tuple[Problem, ...] = ()
        if not document.code_points:
            counted = in_code_points(body, document.text)
            body, held = counted.annotations, counted.held
            recounted = (document.name, counted.unit)
            if counted.unit != CODE_POINTS and recounted not in self.report.recounted[-1:]:
                self.report.recounted.append(recounted)
            if counted.cut_words:
                self.report.cut_words.append((document.name, counted.cut_words))
        content = carry_over(self.order.labels.applied(body, schema), document.text, canonical, schema)
        return replace(content, problems=(*held, *content.problems))

    def store(self, transaction: Transaction, arrived: Sequence[_Arrived]) -> None:
        """Keep some documents with their annotations."""
        report = self.report
        new_documents, _ = transaction.documents.add([document.arrival for document in arrived])
        report.new_documents += new_documents
        self._compare_splits(transaction, arrived)
        names = {self._annotator(item) for document in arrived for item, _ in document.annotations}
        keys = annotator_keys(transaction, names)
        ids = dict.fromkeys(document.arrival.document.id for document in arrived)
        revisions = transaction.revisions.revisions_at(ids, transaction.seq, for_review=True)
        known = {
            revision.identity.key: revision
            for of_document in revisions.values()
            for revision in of_document
            if revision.identity.source == self.order.source
        }
        marked = [self._marked(document, *item) for document in arrived for item in document.annotations]
        self.keys.recognise((each.unnumbered for each in marked), known)
        for each in marked:
            key = self.keys.key(each.unnumbered)
            if key is None:
                report.unchanged += 1
            else:
                self._keep(transaction, each, key, keys[each.annotator], known.get(key))
        report.documents = len(self.written)

    def _compare_splits(self, transaction: Transaction, arrived: Sequence[_Arrived]) -> None:
        given = {document.arrival.document.id for document in arrived if document.arrival.source.split is not None}
        assigned = transaction.documents.splits(transaction.seq, given) if given else {}
        for document in arrived:
            stored, split = assigned.get(document.arrival.document.id), document.arrival.source.split
            if split is not None and stored is not None and stored.split != split:
                self.report.splits_kept.append((document.name, split))

    def _marked(self, document: _Arrived, annotation: ImportedAnnotation, content: Content) -> _Marked:
        stored, annotator = document.arrival.document, self._annotator(annotation)
        body = content_body(content, self.rules.schema.layer_names, stored.text)
        name = named(stored.id, annotator, annotation.key)
        own = unnumbered(name, body, content, skipped=annotation.skipped)
        return _Marked(document.name, stored.id, annotator, annotation, content, body, own)

    def _keep(
        self, transaction: Transaction, marked: _Marked, key: str, annotator: str, known: Revision | None
    ) -> None:
        """Make an annotation that of a key, unless it is so already, or is older than the one that is."""
        report, content = self.report, marked.content
        before = known.state if known is not None else None
        state = self._state(key, annotator, marked, known)
        number = known.number if known is not None and is_same(state, before) else None
        if number is not None and before is not None:
            report.unchanged += 1
            state = before
        elif before is not None and marked.annotation.updated_at and before.updated_at > state.updated_at:
            self.keys.release(marked.unnumbered)
            report.left_out["older"] += 1
            report.older.append(marked.name)
            return
        else:
            number = transaction.revisions.append(state.identity, marked.document, state)
            self.written.add(marked.document)
            report.annotations += 1
            report.spans += len(content.spans)
            report.relations += len(content.relations)
            report.attributes += len(content.attributes)
            if before is not None and not says_same(state, before):
                report.changed.append(marked.name)
        # Of the revision, wherever it was read: the same again adds nothing, and a changed one keeps its own.
        origin = f"{self.order.source}/{key}@{state.updated_at}"
        transaction.quarantine.add(origin, marked.document, content.problems, number)

    def _annotator(self, annotation: ImportedAnnotation) -> str:
        return self.order.annotator or annotation.annotator

    def _state(self, key: str, annotator: str, marked: _Marked, known: Revision | None) -> AnnotationState:
        """Return what is to be the annotation of a key."""
        annotation, before = marked.annotation, known.state if known is not None else None
        # Whoever has the name by now, it is the same annotation of the same person.
        by = annotator if before is None else before.annotator
        at = annotation.updated_at or self.order.at
        return AnnotationState(
            identity=Identity(self.order.source, key, at) if known is None else known.identity,
            annotator=by,
            updated_by=by,
            updated_at=at,
            skipped=annotation.skipped,
            ground_truth=annotation.ground_truth and not self.order.for_review,
            lead_time=annotation.lead_time,
            form=Form.CONTENT,
            body=marked.body,
            for_review=self.order.for_review,
        )
