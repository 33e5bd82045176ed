"""Current annotations, and what people decided, into decisions, each with its record made once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from curator.domain.annotation import AnnotationState, Revision
from curator.domain.canonical import digest
from curator.domain.dataset import label_counts
from curator.domain.decision import DECIDER, Decision, decide, decision_of_person
from curator.domain.document import Document, Source
from curator.domain.loss import Loss, content_losses
from curator.domain.policies.kind import ReadAnnotation
from curator.domain.policy import PERSON, Policy, policy_from_value
from curator.domain.pseudonym import pseudonym
from curator.domain.record import RECORD_FORMAT, Provenance, record_from_line, record_line, record_of
from curator.domain.schema import LabelSchema
from curator.domain.span import Content
from curator.domain.split import Assignment
from curator.steps.curation.origins import Origins, origins_of
from curator.steps.ports.contents import ContentReader
from curator.steps.ports.store import Transaction
from curator.steps.ports.stored_decisions import PersonDecision, StoredDecision

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Rules:
    """What shapes every record beside the annotations: policy, and whether annotators keep their names."""

    policy: Policy
    named_annotators: bool
    salt: str

    def value(self) -> dict[str, Any]:
        return {**self.policy.value(), "annotators": self.naming}

    @property
    def naming(self) -> str:
        """How annotators are named in records."""
        return "email" if self.named_annotators else "pseudonym"

    def as_stored(self, value: Mapping[str, Any] | None) -> "Rules":
        """Return the rules that `value` wrote, with this salt; these where nothing was stored yet."""
        if value is None:
            return self
        return Rules(policy_from_value(value), value["annotators"] == "email", self.salt)


@dataclass(frozen=True, slots=True)
class DecidedDocument:
    """A document as an export takes it: its record's line, None where it is undecided, and what to count.

    `split` is None where no file may hold it.
    """

    document: str
    split: str | None
    line: bytes | None
    counts: Mapping[str, Mapping[str, int]]
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides documents in one writing transaction, as of a sequence number.

    What a person decided of a document holds, whatever annotations came later; all else is decided by the policy.
    Documents decided before under the same inputs are read back.
    """

    transaction: Transaction
    schema: LabelSchema
    rules: Rules
    read_content: ContentReader
    as_of: int

    def decided(self) -> Iterator[DecidedDocument]:
        """Yield every document that has annotations or that a person decided, by id."""
        splits = self.transaction.documents.splits(self.as_of)
        people_decided = self.transaction.decisions.decided_by_person(self.as_of)
        annotated = (
            (revision.document, revision) for revision in self.transaction.revisions.current_revisions(as_of=self.as_of)
        )
        decided_by_person = ((document, None) for document in people_decided)
        document_of = itemgetter(0)
        grouped = groupby(merge(annotated, decided_by_person, key=document_of), key=document_of)
        groups = ((document, [revision for _, revision in group]) for document, group in grouped)
        while batch := list(islice(groups, _BATCH)):
            origins = self._origins(revision for _, entries in batch for revision in entries if revision is not None)
            for document, entries in batch:
                revisions = [revision for revision in entries if revision is not None]
                by_person = self._by_person(document) if len(revisions) < len(entries) else None
                decision = self._decision(document, revisions, by_person, origins)
                yield _decided_document(document, decision, splits.get(document))

    def decided_document(self, document: str) -> DecidedDocument:
        """Decide one document and return it."""
        revisions = list(self.transaction.revisions.current_revisions(as_of=self.as_of, document=document))
        assignment = self.transaction.documents.splits(self.as_of).get(document)
        origins = self._origins(revisions)
        decision = self._decision(document, revisions, self._by_person(document), origins)
        return _decided_document(document, decision, assignment)

    def _origins(self, revisions: Iterable[Revision]) -> Origins:
        return origins_of(self.transaction, revisions, self.as_of, named=self.rules.named_annotators)

    def _by_person(self, document: str) -> PersonDecision | None:
        return self.transaction.decisions.by_person(document, self.as_of)

    def _decision(
        self,
        document_id: str,
        revisions: Sequence[Revision],
        by_person: PersonDecision | None,
        origins: Origins,
    ) -> StoredDecision:
        document = self.transaction.documents.by_id([document_id])[document_id]
        source_number, source = self.transaction.documents.describing_source(document_id, self.as_of)
        numbers = sorted(revision.number for revision in revisions)
        inputs = {
            **(self._policy_inputs(numbers, origins) if by_person is None else _person_inputs(by_person)),
            **self._naming_inputs(numbers, by_person, origins),
            "revisions": numbers,
            "source": source_number,
            "schema": self.schema.hash,
            "record_format": RECORD_FORMAT,
        }
        key = digest(inputs)
        earlier = self.transaction.decisions.find(document_id, key)
        if earlier is not None:
            return earlier
        annotations = self._read(document, revisions)
        if by_person is None:
            decision = decide(document_id, document.text, annotations, self.rules.policy, self.schema)
            provenance = self._provenance_of(decision, source, origins)
        else:
            person, content = by_person.person, by_person.content
            decision = decision_of_person(document_id, document.text, annotations, person, content, self.schema)
            provenance = self._provenance_by(person, source, origins)
        stored = StoredDecision(
            policy=decision.policy,
            parameters=inputs.get("parameters", {}),
            decider=decision.decider,
            revisions=tuple(numbers),
            contributors=tuple(annotation.number for annotation in decision.contributors),
            losses=decision.losses,
            counts=label_counts(decision.content or Content(), self.schema),
            record=self._line(document, decision, source, provenance),
            person_decision=None if by_person is None else by_person.number,
        )
        self.transaction.decisions.add(document_id, key, stored)
        return stored

    def _policy_inputs(self, revisions: Sequence[int], origins: Origins) -> dict[str, Any]:
        started_from = [origins.pipeline(number) for number in revisions]
        return {"decider": DECIDER, **self.rules.policy.value(), "started_from": started_from}

    def _naming_inputs(
        self, revisions: Sequence[int], by_person: PersonDecision | None, origins: Origins
    ) -> dict[str, Any]:
        """Return how annotators are named, and where that is by their names, the names that a record may hold."""
        if not self.rules.named_annotators:
            return {"annotators": self.rules.naming}
        people = origins.people_of(revisions) if by_person is None else {by_person.person}
        names = {key: origins.name(key) for key in people if key is not None}
        return {"annotators": self.rules.naming, "names": names}

    def _read(self, document: Document, revisions: Sequence[Revision]) -> list[ReadAnnotation]:
        return [
            ReadAnnotation(revision.number, state, self.read_content(state, document.text, self.schema))
            for revision in revisions
            if (state := revision.state) is not None
        ]

    def _line(self, document: Document, decision: Decision, source: Source, provenance: Provenance) -> bytes | None:
        if decision.content is None:
            return None
        return record_line(record_of(document, decision.content, self.schema.layer_names, source.meta, provenance))

    def _provenance_of(self, decision: Decision, source: Source, origins: Origins) -> Provenance:
        states = [annotation.state for annotation in decision.contributors]
        numbers = [annotation.number for annotation in decision.contributors]
        pipelines = {origins.pipeline(number) for number in numbers}
        last = max(states, key=_recency, default=None)
        return Provenance(
            annotators=tuple(sorted({self._name(person, origins) for person in origins.people_of(numbers)})),
            last_annotator=None if last is None else self._name(last.updated_by or last.annotator, origins),
            policy=decision.policy,
            pipeline=pipelines.pop() if len(pipelines) == 1 else None,
            ground_truth=all(state.ground_truth for state in states),
            source=source.name,
        )

    def _provenance_by(self, person: str, source: Source, origins: Origins) -> Provenance:
        name = self._name(person, origins)
        return Provenance((name,), PERSON, None, ground_truth=True, source=source.name, last_annotator=name)

    def _name(self, key: str | None, origins: Origins) -> str:
        if key is None or not self.rules.named_annotators:
            return pseudonym(self.rules.salt, key)
        return origins.name(key)


def _recency(state: AnnotationState) -> tuple[Any, ...]:
    return (state.updated_at, state.identity.rank)


def _person_inputs(decision: PersonDecision) -> dict[str, Any]:
    return {"decider": decision.person, "policy": PERSON, "person_decision": decision.number}


def _decided_document(document: str, decision: StoredDecision, assignment: Assignment | None) -> DecidedDocument:
    """Return a decided document with all losses: those of the decision, and itself where no file may hold it."""
    losses = list(decision.losses)
    split = assignment.split if assignment else None
    if decision.record is None:
        losses.append(Loss(document, "document", None, "undecided"))
    elif split is None:
        reason = assignment.reason if assignment else "no-split"
        losses.append(Loss(document, "document", None, reason))
        losses += content_losses(document, record_from_line(decision.record).content, reason)
    return DecidedDocument(document, split, decision.record, decision.counts, tuple(losses))
