"""Raw documents in: canonical, identified by content, split once."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from curator.domain.canonical import canonicalise, digest, document_id
from curator.domain.carried import carry_over
from curator.domain.document import Arrival, Document, RawDocument, Source
from curator.domain.errors import InputRefused
from curator.domain.offset_units import CODE_POINTS, in_code_points
from curator.domain.prediction import GIVEN, PipelineId, Prediction
from curator.domain.schema import LabelSchema
from curator.domain.span import content_value
from curator.domain.split import Assignment, Dealt, SplitRule, assign
from curator.steps.in_force.split_rule import put_split_rule, refuse_other_split_rule
from curator.steps.intake.near_duplicates import candidates_in_turn
from curator.steps.ports.documents import Detected, Language, LeftOut, Nearness, Reader, Refused
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.stored_signatures import WaitingDocument

_BATCH = 250
_SCHEME = "nearness"
"""The setting that names the scheme of the stored signatures."""


@dataclass(slots=True)
class Ingested:
    """What an ingest did: new documents and sources, texts that were known already, and all that was refused.

    `left_out` counts what a tool says to leave out, documents and spans, and what is no annotation, by cause.
    `doubtful` names the texts that were taken in though they seem to be in another language, with that language, and
    `recounted` those whose offsets were in another unit than code points, with that unit, `cut_words` those with how
    many of their spans have a border inside a word that nothing proves; `dealt` counts the splits
    that were given to documents, those that waited for one included.
    """

    documents: int = 0
    sources: int = 0
    known: int = 0
    spans: int = 0
    quarantined: int = 0
    causes: list[tuple[str, str]] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    doubtful: list[tuple[str, str]] = field(default_factory=list)
    recounted: list[tuple[str, str]] = field(default_factory=list)
    cut_words: list[tuple[str, int]] = field(default_factory=list)
    dealt: Dealt = field(default_factory=Dealt)


def arrive(raw: RawDocument, language: Language, schema: LabelSchema) -> Arrival:
    """Return a raw document as it will be stored; a text that may be in the schema's language is taken to be.

    Offsets in another unit than code points are counted anew where one span proves the unit.

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
    counted = in_code_points(raw.annotations, raw.text)
    content = carry_over(counted.annotations, raw.text, canonical, schema)
    content = replace(content, problems=(*counted.held, *content.problems))
    return Arrival(document, source, content, seems_in, counted.unit, counted.cut_words)


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

    Idempotent: a text that is known already only adds the new places it was found at. Raises CuratorError, before
    anything is taken in, where documents were split by another rule.
    """
    with store.reading() as transaction:
        refuse_other_split_rule(transaction, rule)
    report = Ingested()
    batch: list[Arrival] = []
    for done, item in enumerate(reader.read(paths), start=1):
        progress(done, None)
        if isinstance(item, Refused):
            report.refused.append(item)
            continue
        if isinstance(item, LeftOut):
            report.left_out[item.cause] += 1
            continue
        try:
            arrival = arrive(item, language, schema)
        except InputRefused as error:
            error.where = item.name if error.where in ("", item.name) else f"{item.name}, {error.where}"
            report.refused.append(Refused(item.name, error))
            continue
        report.left_out.update(item.left_out)
        if arrival.seems_in is not None:
            report.doubtful.append((item.name, arrival.seems_in))
        if arrival.unit != CODE_POINTS:
            report.recounted.append((item.name, arrival.unit))
        if arrival.cut_words:
            report.cut_words.append((item.name, arrival.cut_words))
        batch.append(arrival)
        if len(batch) == _BATCH:
            _store_batch(batch, store, report)
            batch = []
    _store_batch(batch, store, report)
    report.dealt = assign_splits(store, nearness, rule)
    return report


def _store_batch(batch: list[Arrival], store: Store, report: Ingested) -> None:
    if not batch:
        return
    with store.writing() as transaction:
        documents, sources = transaction.documents.add(batch)
        given = []
        for arrival in batch:
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


def assign_splits(store: Store, nearness: Nearness, rule: SplitRule) -> Dealt:
    """Give every document without a split row its one: first those with a given split, then the others, by id.

    In transactions of some documents each, so that others can write in between; a run that was stopped is taken up
    where it ended, with the same outcome. Documents whose signatures are of another scheme get theirs first. Returns
    how the documents were dealt out. Raises CuratorError where documents were split by another rule.
    """
    dealt = Dealt()
    with store.writing() as transaction:
        put_split_rule(transaction, rule)
        if transaction.settings.get(_SCHEME) != nearness.scheme:
            transaction.signatures.forget()
            transaction.settings.put(_SCHEME, nearness.scheme)
        waiting = [waiting.document for waiting in _in_turn(transaction.signatures.waiting())]
    for start in range(0, len(waiting), _BATCH):
        documents = waiting[start : start + _BATCH]
        with store.reading() as transaction:
            texts = {document.id: document.text for document in transaction.documents.by_id(documents).values()}
        signatures = {document: nearness.signature(texts[document]) for document in documents}
        with store.writing() as transaction:
            # Another run may have begun by another rule before any document had a split.
            put_split_rule(transaction, rule)
            _assign_batch(transaction, signatures, texts, nearness, rule, dealt)
    return dealt


def _in_turn(waiting: Iterable[WaitingDocument]) -> list[WaitingDocument]:
    """Return what waits in the order in which it is taken: what has a split already came before everything else."""

    def turn(waiting: WaitingDocument) -> tuple[bool, int, bool, str]:
        return (waiting.assigned is None, waiting.assigned or 0, waiting.given is None, waiting.document)

    return sorted(waiting, key=turn)


def _assign_batch(
    transaction: Transaction,
    signatures: Mapping[str, Sequence[int]],
    texts: dict[str, str],
    nearness: Nearness,
    rule: SplitRule,
    dealt: Dealt,
) -> None:
    """Assign those of the documents that nobody else assigned meanwhile, each after all that stand before it."""
    waiting = _in_turn(transaction.signatures.waiting(list(signatures)))
    own = {item.document: signatures[item.document] for item in waiting}
    holders = transaction.signatures.holders({key for keys in own.values() for key in keys})
    candidates, kept = candidates_in_turn(own, holders)
    known = transaction.documents.splits(transaction.seq, {other for others in candidates.values() for other in others})
    splits = {document: assignment.split for document, assignment in known.items() if assignment.split is not None}
    others = transaction.documents.by_id(splits.keys() - texts.keys())
    texts |= {document.id: document.text for document in others.values()}
    sources = transaction.documents.describing_sources(own, transaction.seq) if rule.reads_metadata else {}
    assignments: list[Assignment] = []
    for item in waiting:
        if item.assigned is not None:
            continue
        near = [
            splits[other]
            for other in candidates[item.document]
            if other in splits and nearness.near(texts[item.document], texts[other])
        ]
        meta = sources[item.document][1].meta if item.document in sources else {}
        assignments.append(assign(item.document, item.given, near, rule, meta))
        dealt.add(assignments[-1], rule, meta)
        if (split := assignments[-1].split) is not None:
            splits[item.document] = split
    transaction.documents.assign(assignments)
    transaction.signatures.add(kept)
