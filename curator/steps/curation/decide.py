"""Current annotations into decisions, each with its record made once."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from curator.domain.annotation import Revision, unnamed
from curator.domain.canonical import digest
from curator.domain.dataset import RECORD_FORMAT, DecidedRecord, label_counts, pseudonym, record, record_bytes
from curator.domain.decision import Candidate, Decision, Loss, decide
from curator.domain.document import Document, Source
from curator.domain.schema import LabelSchema
from curator.steps.ports.contents import ContentReader
from curator.steps.ports.store import Transaction
from curator.steps.ports.stored_decisions import StoredDecision

DECIDER = "curator"
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Rules:
    """What shapes every record beside the annotations: policy, and whether annotators keep their names."""

    policy: str
    named_annotators: bool
    salt: str

    def value(self) -> dict[str, Any]:
        return {"policy": self.policy, "annotators": "email" if self.named_annotators else "pseudonym"}

    def as_stored(self, value: Mapping[str, Any] | None) -> "Rules":
        """Return the rules that `value` wrote, with this salt; these where nothing was stored yet."""
        if value is None:
            return self
        return Rules(value["policy"], value["annotators"] == "email", self.salt)


@dataclass(frozen=True, slots=True)
class Decider:
    """Decides documents in one writing transaction, as of a sequence number."""

    transaction: Transaction
    schema: LabelSchema
    rules: Rules
    read_content: ContentReader
    as_of: int

    def decided(self) -> Iterator[DecidedRecord]:
        """Yield every document with annotations, by id; those decided before under the same inputs are read back."""
        splits = self.transaction.documents.splits(self.as_of)
        revisions = self.transaction.revisions.alive(as_of=self.as_of)
        groups = groupby(revisions, key=lambda revision: revision.document)
        for document_id, group in groups:
            document = self.transaction.documents.some([document_id])[document_id]
            stored = self._decide(document, list(group))
            assignment = splits.get(document_id)
            losses = [Loss(document_id, kind, item, reason) for kind, item, reason in stored.result["losses"]]
            if stored.record is None:
                losses.append(Loss(document_id, "document", None, "undecided"))
            split = assignment.split if assignment else None
            if split is None and stored.record is not None:
                losses += self._whole(document_id, stored.record, assignment.reason if assignment else "no-split")
            yield DecidedRecord(document_id, split, stored.record or b"", stored.result["counts"], tuple(losses))

    def _decide(self, document: Document, revisions: list[Revision]) -> StoredDecision:
        number, source = self.transaction.documents.describing_source(document.id, self.as_of)
        inputs = {
            "revisions": sorted(revision.number for revision in revisions),
            "source": number,
            "rules": self.rules.value(),
            "schema": self.schema.hash,
            "record_format": RECORD_FORMAT,
        }
        key = digest(inputs)
        found = self.transaction.decisions.find(document.id, key)
        if found is not None:
            return found
        candidates = [
            Candidate(revision.state, self.read_content(revision.state, document.text, self.schema))
            for revision in revisions
            if revision.state is not None
        ]
        decision = decide(document.id, document.text, candidates, self.rules.policy, self.schema)
        stored = self._store(document, decision, inputs["revisions"], source)
        self.transaction.decisions.add(document.id, key, self.rules.policy, DECIDER, stored)
        return stored

    def _store(self, document: Document, decision: Decision, revisions: Any, source: Source) -> StoredDecision:
        result = {
            "losses": [[loss.kind, loss.item, loss.reason] for loss in decision.losses],
            "counts": label_counts(decision, self.schema),
            "revisions": revisions,
            "chosen": None,
        }
        if decision.chosen is None:
            return StoredDecision(result, None)
        state = decision.chosen.state
        # What the annotator began from: predictions made since are no part of the answer.
        began = self.transaction.revisions.first_seq(state.identity)
        result["chosen"] = [state.identity.source, state.identity.key]
        provenance = {
            "annotators": [self._annotator(state.annotator)],
            "policy": decision.policy,
            "pipeline": self.transaction.documents.shown_pipeline(document.id, began),
            "ground_truth": state.ground_truth,
            "source": source.name,
        }
        return StoredDecision(result, record_bytes(record(document, decision, self.schema, source.meta, provenance)))

    def _annotator(self, key: str | None) -> str:
        if self.rules.named_annotators and key is not None:
            return self.transaction.revisions.annotators().get(key, unnamed(key))
        return pseudonym(self.rules.salt, key)

    @staticmethod
    def _whole(document: str, record: bytes, reason: str) -> list[Loss]:
        """List all that goes with a decided document which no file may hold."""
        value = json.loads(record)
        spans = [
            {"layer": layer, "start": span["start"], "end": span["end"], "label": span["label"]}
            for layer, spans in value["spans"].items()
            for span in spans
        ]
        return [
            Loss(document, "document", None, reason),
            *(Loss(document, "span", span, reason) for span in spans),
            *(Loss(document, "relation", relation, reason) for relation in value["relations"]),
            *(Loss(document, "attribute", attribute, reason) for attribute in value["attributes"]),
        ]
