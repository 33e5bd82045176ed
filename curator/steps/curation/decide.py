"""Current annotations, and what people decided, into decisions, each with its record made once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from curator.domain.annotation import AnnotationState
from curator.domain.canonical import digest
from curator.domain.dataset import label_counts, summed_counts
from curator.domain.decision import DECIDER, Decision
from curator.domain.document import Document, Source
from curator.domain.filtered import Filter, decide_filtered, decision_of_person_filtered, each_annotation
from curator.domain.filters import EVERYTHING, Filters
from curator.domain.held_attributes import attributes_not_held
from curator.domain.loss import NOT_SENT_FOR_REVIEW, Loss, content_losses
from curator.domain.policies.kind import UNDECIDED, ReadAnnotation
from curator.domain.policy import EACH, PERSON, Policy, policy_from_value
from curator.domain.pseudonym import pseudonym
from curator.domain.record import RECORD_FORMAT, Provenance, record_from_line, record_line, record_names, record_of
from curator.domain.schema import LabelSchema
from curator.domain.span import Content, attribute_value
from curator.steps.curation.cases import Case
from curator.steps.ports.contents import ContentReader
from curator.steps.ports.stored_decisions import PersonDecision, StoredDecision
from curator.steps.ports.stored_standing import StandingDocument


@dataclass(frozen=True, slots=True)
class Rules:
    """What shapes every record beside the annotations: policy, whether annotators keep their names, and filters."""

    policy: Policy
    named_annotators: bool
    salt: str
    filters: Filters = EVERYTHING

    def value(self) -> dict[str, Any]:
        """Return the rules as a JSON value, without the filters."""
        if self.filters.each_annotation:
            return {"policy": EACH, "annotators": self.naming}
        return {**self.policy.value(), "annotators": self.naming}

    @property
    def naming(self) -> str:
        """How annotators are named in records."""
        return "email" if self.named_annotators else "pseudonym"

    def as_stored(self, value: Mapping[str, Any]) -> "Rules":
        """Return the rules that `value` wrote, with this salt and these filters."""
        return Rules(policy_from_value(value), value["annotators"] == "email", self.salt, self.filters)


class DecidedDocument(NamedTuple):
    """A document as an export takes it: its record's line, None where it is undecided, and what to count.

    Where each annotation has a record, `line` is the lines of all. `decision` is the number of its decision; `split` is
    None where no file may hold it.
    """

    document: str
    decision: int
    split: str | None
    line: bytes | None
    counts: Mapping[str, Mapping[str, int]]
    losses: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides documents by a schema and rules.

    What a person decided of a document holds, whatever annotations came later; all else is decided by the policy.
    """

    schema: LabelSchema
    rules: Rules
    read_content: ContentReader

    @property
    def context(self) -> str:
        """The digest of all that shapes decisions beside the documents: another one decides anew."""
        rules = self.rules.value()
        return digest({"decider": DECIDER, "rules": rules, "schema": self.schema.hash, "record_format": RECORD_FORMAT})

    def key(self, case: Case) -> str:
        """Return the digest of all that shapes the decision of a case: under the same it is decided once."""
        case = self._as_taken(case)
        by_person = case.by_person
        filters = self.rules.filters
        inputs = {
            **(self._policy_inputs(case) if by_person is None else _person_inputs(by_person)),
            **self._naming_inputs(case),
            "revisions": case.revision_numbers,
            "source": case.source_number,
            "schema": self.schema.hash,
            "record_format": RECORD_FORMAT,
            **({"originals": sorted(case.originals)} if case.originals else {}),
            **({"filters": filters.shaping_value()} if filters.shapes else {}),
        }
        return digest(inputs)

    def decision(self, case: Case) -> StoredDecision:
        """Decide a case."""
        case = self._as_taken(case)
        document, source, by_person = case.document, case.source, case.by_person
        annotations = self._read(case)
        if self.rules.filters.each_annotation:
            return self._each(case, annotations)
        lost = self._lost_in_review(case)
        if by_person is None:
            decision = decide_filtered(
                document.id, document.text, annotations, self.rules.policy, self.schema, self._filter
            )
            provenance = self._provenance_of(decision, case)
        else:
            person, content = by_person.person, by_person.content
            decision = decision_of_person_filtered(
                document.id, document.text, annotations, person, content, self.schema, self._filter
            )
            provenance = self._provenance_by(person, case)
        return StoredDecision(
            policy=decision.policy,
            parameters=self.rules.policy.value().get("parameters", {}) if by_person is None else {},
            decider=decision.decider,
            revisions=case.revision_numbers,
            contributors=tuple(annotation.number for annotation in decision.contributors),
            losses=(*decision.losses, *lost),
            counts=label_counts(decision.content or Content(), self.schema),
            record=self._line(document, decision, source, provenance),
            person_decision=None if by_person is None else by_person.number,
            filters=self.rules.filters.shaping_value(),
        )

    def _each(self, case: Case, annotations: Sequence[ReadAnnotation]) -> StoredDecision:
        """Let every annotation have a record, by the ids of the records."""
        document = case.document
        contents, losses = each_annotation(document.id, document.text, annotations, self.schema, self._filter)
        lines: dict[str, bytes] = {}
        counts = [label_counts(content, self.schema) for _, content in contents]
        for annotation, content in contents:
            decision = Decision(document.id, EACH, DECIDER, (annotation,), content, ())
            author = pseudonym(self.rules.salt, annotation.state.annotator)
            name = next(name for name in record_names(document.id, author) if name not in lines)
            record = record_of(
                document, content, self.schema.layer_names, case.source.meta, self._provenance_of(decision, case)
            )
            lines[name] = record_line(replace(record, id=name))
        return StoredDecision(
            policy=EACH,
            parameters={},
            decider=DECIDER,
            revisions=case.revision_numbers,
            contributors=tuple(annotation.number for annotation, _ in contents),
            losses=(*losses, *self._lost_in_review(case)),
            counts=summed_counts(counts, self.schema),
            record=b"".join(lines[name] for name in sorted(lines)) or None,
            filters=self.rules.filters.shaping_value(),
        )

    def _lost_in_review(self, case: Case) -> list[Loss]:
        """Return the attributes of originals that no copy could have, as the labelling interface cannot hold them."""
        losses: list[Loss] = []
        for original in case.originals.values():
            if original.state is not None:
                content = self.read_content(original.state, case.document.text, self.schema)
                for attribute, fault in attributes_not_held(content, self.schema):
                    reason = f"{NOT_SENT_FOR_REVIEW}:{fault}"
                    losses.append(Loss(case.document.id, "attribute", attribute_value(attribute), reason))
        return losses

    def _as_taken(self, case: Case) -> Case:
        """Return a case without what a person decided where nothing is decided."""
        return replace(case, by_person=None) if self.rules.filters.each_annotation else case

    @property
    def _filter(self) -> Filter:
        return Filter(self.rules.filters, lambda annotator: pseudonym(self.rules.salt, annotator))

    def _policy_inputs(self, case: Case) -> dict[str, Any]:
        started_from = [case.origins.pipeline(number) for number in case.revision_numbers]
        return {"decider": DECIDER, **self.rules.policy.value(), "started_from": started_from}

    def _naming_inputs(self, case: Case) -> dict[str, Any]:
        """Return how annotators are named, and where that is by their names, the names that a record may hold."""
        if not self.rules.named_annotators:
            return {"annotators": self.rules.naming}
        by_person = case.by_person
        people = case.origins.people_of(case.revision_numbers) if by_person is None else {by_person.person}
        names = {key: case.origins.name(key) for key in people if key is not None}
        return {"annotators": self.rules.naming, "names": names}

    def _read(self, case: Case) -> list[ReadAnnotation]:
        """Read the annotations of a case; where a reviewer corrected a copy of one, that copy alone."""
        return [
            ReadAnnotation(revision.number, state, self.read_content(state, case.document.text, self.schema))
            for revision in case.revisions
            if (state := revision.state) is not None and revision.number not in case.corrected
        ]

    def _line(self, document: Document, decision: Decision, source: Source, provenance: Provenance) -> bytes | None:
        if decision.content is None:
            return None
        return record_line(record_of(document, decision.content, self.schema.layer_names, source.meta, provenance))

    def _provenance_of(self, decision: Decision, case: Case) -> Provenance:
        states = [annotation.state for annotation in decision.contributors]
        numbers = [annotation.number for annotation in decision.contributors]
        pipelines = {case.origins.pipeline(number) for number in numbers}
        last = max(states, key=_recency, default=None)
        return Provenance(
            annotators=tuple(sorted({self._name(person, case) for person in case.origins.people_of(numbers)})),
            last_annotator=None if last is None else self._name(last.updated_by or last.annotator, case),
            policy=decision.policy,
            pipeline=pipelines.pop() if len(pipelines) == 1 else None,
            ground_truth=all(state.ground_truth for state in states),
            source=case.source.name,
        )

    def _provenance_by(self, person: str, case: Case) -> Provenance:
        name = self._name(person, case)
        return Provenance((name,), PERSON, None, ground_truth=True, source=case.source.name, last_annotator=name)

    def _name(self, key: str | None, case: Case) -> str:
        if key is None or not self.rules.named_annotators:
            return pseudonym(self.rules.salt, key)
        return case.origins.name(key)


def _recency(state: AnnotationState) -> tuple[Any, ...]:
    return (state.updated_at, state.identity.rank)


def _person_inputs(decision: PersonDecision) -> dict[str, Any]:
    return {"decider": decision.person, "policy": PERSON, "person_decision": decision.number}


def decided_document(standing: StandingDocument) -> DecidedDocument:
    """Return a decided document with all losses: those of the decision, and itself where no file may hold it."""
    document, _, decision, recorded, split, reason, line, counts, losses = standing
    if not recorded:
        if not any(loss.kind == "document" for loss in losses):
            losses = (*losses, Loss(document, "document", None, UNDECIDED))
    elif split is None and line is not None:
        reason = reason or "no-split"
        losses = (*losses, Loss(document, "document", None, reason))
        for of_record in line.splitlines(keepends=True):
            losses = (*losses, *content_losses(document, record_from_line(of_record).content, reason))
    return DecidedDocument(document, decision or 0, split, line, counts, losses)
