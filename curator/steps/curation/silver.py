"""Silver records: documents that nobody annotated, as a pipeline that was sure of itself predicted them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from curator.domain.canonical import digest
from curator.domain.curate import curate
from curator.domain.dataset import label_counts
from curator.domain.document import SPLITS, Document, Source
from curator.domain.filters import Filters
from curator.domain.fit import fit
from curator.domain.label_names import under_new_names
from curator.domain.loss import problem_losses
from curator.domain.policy import SILVER
from curator.domain.prediction import Prediction
from curator.domain.record import RECORD_FORMAT, Provenance, record_line, record_of
from curator.domain.schema import LabelSchema
from curator.domain.span import Content
from curator.steps.curation.decide import DecidedDocument
from curator.steps.curation.selection import Selection
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.stored_decisions import StoredDecision
from curator.steps.ports.stored_documents import NumberedPrediction

BATCH = 200
_TRAIN = SPLITS[0]


@dataclass(frozen=True, slots=True)
class Silver:
    """Makes silver records by a schema and filters, which say from which score on.

    A document is silver where nobody ever annotated it or decided on it, it was dealt to the training split, so that
    no near-duplicate of it is in another one, and of the spans that its newest prediction leaves under the schema and
    the filters there is at least one and every one has at least that score.
    """

    schema: LabelSchema
    filters: Filters

    def documents(self, store: Store, as_of: int, selection: Selection) -> Iterator[DecidedDocument]:
        """Yield the silver documents at a sequence number that a selection takes, by id, each record kept."""
        after = ""
        while True:
            with store.reading() as transaction:
                page = transaction.documents.unannotated_predictions(after, BATCH, as_of)
                if not page:
                    return
                made = self._made(transaction, page, as_of, selection)
                kept = transaction.decisions.find({document: key for document, (key, _) in made.items()})
            new = {document: record for document, record in made.items() if document not in kept}
            if new:
                with store.writing() as transaction:
                    kept |= transaction.decisions.add(new)
            for document in made:
                number, decision = kept[document].number, kept[document].decision
                yield DecidedDocument(document, number, SILVER, decision.record, decision.counts, decision.losses)
            after = page[-1].prediction.document

    def _made(
        self, transaction: Transaction, page: Sequence[NumberedPrediction], as_of: int, selection: Selection
    ) -> Mapping[str, tuple[str, StoredDecision]]:
        """Return the records of those of the documents that are silver, each with the digest of what shaped it."""
        named = selection.selected(transaction, [numbered.prediction.document for numbered in page])
        splits = transaction.documents.splits(as_of, named)
        dealt = {document for document in named if document in splits and splits[document].split == _TRAIN}
        candidates = [item for item in page if item.prediction.document in dealt and self._may_be(item)]
        names = [item.prediction.document for item in candidates]
        documents = transaction.documents.by_id(names)
        sources = transaction.documents.describing_sources(names, as_of)
        made = {}
        for item in candidates:
            document, (source_number, source) = documents[item.prediction.document], sources[item.prediction.document]
            decision = self._decision(item.prediction, document, source)
            if decision is not None:
                made[document.id] = (self._key(item.number, source_number), decision)
        return made

    def _decision(self, prediction: Prediction, document: Document, source: Source) -> StoredDecision | None:
        """Return what stands for a decision of a document, None where the prediction is not sure enough."""
        fitting = fit(under_new_names(prediction.content, document.text, self.schema), document.text, self.schema)
        curated, losses = curate(document.id, document.text, fitting, self.schema)
        content, filtered = self.filters.narrowed(document.id, curated)
        if not self._is_sure(content):
            return None
        provenance = Provenance(policy=SILVER, pipeline=str(prediction.pipeline), source=source.name)
        record = record_of(document, content, self.schema.layer_names, source.meta, provenance)
        return StoredDecision(
            policy=SILVER,
            parameters={},
            decider=str(prediction.pipeline),
            revisions=(),
            contributors=(),
            losses=(*problem_losses(document.id, fitting), *losses, *filtered),
            counts=label_counts(content, self.schema),
            record=record_line(record),
        )

    def _may_be(self, item: NumberedPrediction) -> bool:
        """Say whether a prediction can be sure, as far as that shows without its text."""
        return bool(item.prediction.content.spans) and (
            self.filters.narrows or any(self._scored(span.score) for span in item.prediction.content.spans)
        )

    def _is_sure(self, content: Content) -> bool:
        return bool(content.spans) and all(self._scored(span.score) for span in content.spans)

    def _scored(self, score: float | None) -> bool:
        return score is not None and self.filters.silver is not None and score >= self.filters.silver

    def _key(self, prediction: int, source: int) -> str:
        """Return what shapes a record, as the store knows it from what shapes a decision."""
        inputs = {
            "prediction": prediction,
            "source": source,
            "schema": self.schema.hash,
            "record_format": RECORD_FORMAT,
            "filters": {name: sorted(getattr(self.filters, name)) for name in ("labels", "layers")},
        }
        return f"{SILVER}:{digest(inputs)}"[:64]
