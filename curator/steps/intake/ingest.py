"""Raw documents in: canonical, identified by content, split once."""

from collections.abc import Sequence
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
from curator.steps.ports.store import Store

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
    """Give every document without a split row its one: first those with a given split, then the others, by id."""
    with store.writing() as transaction:
        transaction.settings.put("split_rule", rule.value())
        waiting = transaction.documents.unassigned()
        for unassigned in sorted(waiting, key=lambda unassigned: (unassigned.given is None, unassigned.document)):
            candidates = transaction.documents.candidates(unassigned.document)
            texts = transaction.documents.by_id([unassigned.document, *candidates])
            own = texts[unassigned.document].text
            near = [split for candidate, split in candidates.items() if nearness.near(own, texts[candidate].text)]
            assignment: Assignment = assign(unassigned.document, unassigned.given, near, rule)
            transaction.documents.assign([assignment])
