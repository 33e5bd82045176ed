"""Raw documents in: canonical, identified by content, split once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from curator.domain.canonical import canonicalise, digest, document_id
from curator.domain.carried import carry_over
from curator.domain.document import Arrival, Document, RawDocument, Source
from curator.domain.errors import InputRefused
from curator.domain.prediction import GIVEN, PipelineId, Prediction
from curator.domain.schema import LabelSchema
from curator.domain.span import content_value
from curator.domain.split import Assignment, SplitRule, assign
from curator.steps.ports.documents import Detected, Language, Nearness, Reader, Refused
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.stored_documents import UnassignedDocument

_BATCH = 100


@dataclass(slots=True)
class Ingested:
    """What an ingest did: new documents and sources, texts that were known already, and all that was refused.

    `doubtful` names the texts that were taken in though they seem to be in another language, with that language.
    """

    documents: int = 0
    sources: int = 0
    known: int = 0
    spans: int = 0
    quarantined: int = 0
    causes: list[tuple[str, str]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    doubtful: list[tuple[str, str]] = field(default_factory=list)


def arrive(raw: RawDocument, language: Language, schema: LabelSchema) -> Arrival:
    """Return a raw document as it will be stored; a text that may be in the schema's language is taken to be.

    Raises InputRefused where its text cannot be taken in.
    """
    canonical = canonicalise(raw.text)
    detected = Detected(raw.lang) if raw.lang else language(canonical.text)
    doubtful = schema.language in detected.rivals
    lang = schema.language if doubtful else detected.code
    if lang != schema.language:
        raise InputRefused(
            f"text is in {lang!r}, not in {schema.language!r}",
            raw.name,
            f"if that is wrong, give it the `lang` {schema.language!r}: a key of a .jsonl, a column of a .csv",
            lang=lang,
        )
    document = Document(document_id(canonical.text), canonical.text, lang)
    source = Source(document.id, raw.name, raw.raw_sha256, raw.encoding, raw.meta, raw.split)
    seems_in = detected.code if doubtful else None
    return Arrival(document, source, carry_over(raw.annotations, raw.text, canonical, schema), seems_in)


def ingest(
    paths: Sequence[str],
    *,
    reader: Reader,
    language: Language,
    nearness: Nearness,
    store: Store,
    schema: LabelSchema,
    rule: SplitRule,
    progress: Progress,
) -> Ingested:
    """Take in all documents found at the paths and give each new one its split; refusals do not stop the rest.

    Idempotent: a text that is known already only adds the new places it was found at.
    """
    report = Ingested()
    batch: list[tuple[Arrival, list[int]]] = []
    for done, item in enumerate(reader.read(paths), start=1):
        progress(done, None)
        if isinstance(item, Refused):
            report.refused.append(item)
            continue
        try:
            arrival = arrive(item, language, schema)
        except InputRefused as error:
            error.where = item.name if error.where in ("", item.name) else f"{item.name}, {error.where}"
            report.refused.append(Refused(item.name, error))
            continue
        if arrival.seems_in is not None:
            report.doubtful.append((item.name, arrival.seems_in))
        batch.append((arrival, nearness.bands(arrival.document.text)))
        if len(batch) == _BATCH:
            _store_batch(batch, store, report)
            batch = []
    _store_batch(batch, store, report)
    assign_splits(store, nearness, rule)
    return report


def _store_batch(batch: list[tuple[Arrival, list[int]]], store: Store, report: Ingested) -> None:
    if not batch:
        return
    with store.writing() as transaction:
        documents, sources = transaction.documents.add(batch)
        given = []
        for arrival, _ in batch:
            content = arrival.content
            if content.spans or content.attributes:
                pipeline = PipelineId(GIVEN, digest(content_value(content))[:12])
                given.append(Prediction(arrival.document.id, pipeline, content))
            transaction.quarantine.add(arrival.source.name, arrival.document.id, content.problems)
            report.spans += len(content.spans)
            report.quarantined += len(content.problems)
            report.causes += [(arrival.source.name, problem.cause) for problem in content.problems]
        transaction.documents.add_predictions(given)
    report.documents += documents
    report.sources += sources
    report.known += len(batch) - documents


def assign_splits(store: Store, nearness: Nearness, rule: SplitRule) -> None:
    """Give every document without a split row its one: first those with a given split, then the others, by id.

    In transactions of some documents each, so that others can write in between; a run that was stopped is taken up
    where it ended, with the same outcome.
    """
    with store.writing() as transaction:
        transaction.settings.put("split_rule", rule.value())
        waiting = [unassigned.document for unassigned in _in_turn(transaction.documents.unassigned())]
    for start in range(0, len(waiting), _BATCH):
        with store.writing() as transaction:
            _assign_batch(transaction, waiting[start : start + _BATCH], nearness, rule)


def _in_turn(waiting: Iterable[UnassignedDocument]) -> list[UnassignedDocument]:
    return sorted(waiting, key=lambda unassigned: (unassigned.given is None, unassigned.document))


def _assign_batch(transaction: Transaction, documents: Sequence[str], nearness: Nearness, rule: SplitRule) -> None:
    """Assign those of the documents that nobody else assigned meanwhile, each after all that stand before it."""
    waiting = _in_turn(transaction.documents.unassigned(documents))
    candidates = transaction.documents.candidates([unassigned.document for unassigned in waiting])
    splits = {
        document: assignment.split
        for document, assignment in transaction.documents.splits(
            transaction.seq, {candidate for near in candidates.values() for candidate in near}
        ).items()
    }
    by_id = transaction.documents.by_id({*candidates, *splits})
    assignments: list[Assignment] = []
    for unassigned in waiting:
        document = unassigned.document
        near = [
            splits[candidate]
            for candidate in candidates.get(document, ())
            if splits.get(candidate) is not None and nearness.near(by_id[document].text, by_id[candidate].text)
        ]
        assignments.append(assign(document, unassigned.given, near, rule))
        splits[document] = assignments[-1].split
    transaction.documents.assign(assignments)
