"""A patch applied to the store: each document that it changes gets a revision of a named source."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from curator.domain.annotation import AnnotationState, Form, Identity, Revision, project_source
from curator.domain.canonical import canonical_json
from curator.domain.errors import CuratorError
from curator.domain.patch import DocumentPatch
from curator.domain.record import Record, record_from_line
from curator.domain.span import Content, content_body
from curator.steps.curation.batches import decide_documents
from curator.steps.curation.decide import Decider
from curator.steps.datasets.comparing.version_diff import ReadableVersion
from curator.steps.datasets.patches.patch_file import PatchHead
from curator.steps.datasets.patches.patching import PatchedDocument, patched_documents, refuse_other_parent
from curator.steps.in_force.annotators import annotator_keys
from curator.steps.ports.store import Store, Transaction
from curator.steps.ports.version_folders import VersionStorage

_BATCH = 200


@dataclass(slots=True)
class Applied:
    """What came of a patch: documents `applied`, and `unchanged` ones, which were decided as it says already.

    `outranked` are documents whose decision is not what the patch says all the same: a person decided them, another
    annotation is ground truth, or was updated later. `left_out` counts what revisions cannot say: documents removed,
    splits, and values that come from where the text was found.
    """

    applied: int = 0
    unchanged: int = 0
    outranked: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class RevisionSource:
    """Whose revisions they are: the name of their source, that of the annotator, and when, in the form of `instant`.

    The policy `latest` goes by that time: until somebody annotates the document after it, the patch holds.
    """

    source: str
    annotator: str
    at: str


def apply_as_revisions(
    parent: ReadableVersion,
    head: PatchHead,
    patches: Iterable[DocumentPatch],
    named: RevisionSource,
    *,
    decider: Decider,
    store: Store,
    storage: VersionStorage,
) -> Applied:
    """Make the documents of a patch what it says, all of them or none; idempotent.

    A document is changed where it is decided as the version holds it, and left where it is decided as the patch says.
    Raises CuratorError, naming the first document, where it is decided otherwise by now, where the store does not have
    it, and where the label schema in force does not allow what the patch says.
    """
    refuse_other_parent(head, parent)
    if project_source(named.source) is not None or not named.source or not named.annotator:
        raise CuratorError(f"{named.source!r} is no source for a patch", "", "choose another --source")
    result = Applied()
    changing = (
        document
        for document in patched_documents(parent, patches, storage)
        if document.lines[0] != document.lines[1] or document.splits[0] != document.splits[1]
    )
    with store.writing() as transaction:
        named = replace(named, annotator=annotator_keys(transaction, [named.annotator])[named.annotator])
        while batch := list(islice(changing, _BATCH)):
            _Batch(transaction, decider, named, list(_wanted(batch, result))).apply(result)
    return result


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A document with what its record held, None where there was none, and is to hold."""

    document: str
    split: str | None
    before: Record | None
    after: Record


def _wanted(documents: Iterable[PatchedDocument], result: Applied) -> Iterator[_Wanted]:
    for document in documents:
        before, after = (None if line is None else record_from_line(line, document.document) for line in document.lines)
        if after is None:
            result.left_out["removed documents"] += 1
            continue
        if before is not None:
            result.left_out["splits"] += document.splits[0] != document.splits[1]
            result.left_out["languages"] += before.lang != after.lang
            result.left_out["metadata"] += before.meta != after.meta
        yield _Wanted(document.document, document.splits[1], before, after)


class _Batch:
    """Some documents on their way to what a patch says, within one transaction."""

    def __init__(
        self, transaction: Transaction, decider: Decider, named: RevisionSource, wanted: Sequence[_Wanted]
    ) -> None:
        self._transaction = transaction
        self._decider = decider
        self._named = named
        self._wanted = wanted
        self._documents = [document.document for document in wanted]

    def apply(self, result: Applied) -> None:
        self._refuse_unknown(result)
        revisions = self._transaction.revisions.revisions_at(self._documents, self._transaction.seq)
        now = self._contents()
        written: list[_Wanted] = []
        for document in self._wanted:
            held, ours = now.get(document.document), self._ours(revisions.get(document.document, ()))
            state = self._state(document, ours)
            if held == _content(document.after):
                result.unchanged += 1
            elif ours is not None and ours.state is not None and _same(ours.state.body, state.body):
                result.outranked.append(document.document)
            elif held == _content(document.before):
                self._transaction.revisions.append(state.identity, document.document, state)
                written.append(document)
            else:
                what = "the document is decided otherwise by now than the version of the patch has it"
                raise CuratorError(what, document.document, "export, and make the patch from that version")
        self._count(written, result)

    def _count(self, written: Sequence[_Wanted], result: Applied) -> None:
        result.applied += len(written)
        now = self._contents([document.document for document in written])
        result.outranked += [
            document.document for document in written if now.get(document.document) != _content(document.after)
        ]

    def _refuse_unknown(self, result: Applied) -> None:
        there = self._transaction.documents.by_id(self._documents)
        splits = self._transaction.documents.splits(self._transaction.seq, self._documents)
        for document in self._wanted:
            if "#" in document.document:
                what = "a record of an annotation is no decision that could be changed"
                raise CuratorError(what, document.document, "patch a version of decisions")
            if document.document not in there:
                raise CuratorError("the store does not have the document", document.document, "ingest it first")
            assigned = splits.get(document.document)
            if document.before is None and (assigned is None or assigned.split != document.split):
                result.left_out["splits"] += 1

    def _contents(self, documents: Sequence[str] | None = None) -> dict[str, Any]:
        """Return what documents, all where none are given, are decided to hold; without those that are undecided."""
        decided = decide_documents(
            self._transaction, self._decider, self._documents if documents is None else documents
        )
        return {
            document.document: _content(record_from_line(document.line))
            for document in decided
            if document.line is not None
        }

    def _ours(self, revisions: Iterable[Revision]) -> Revision | None:
        return next((revision for revision in revisions if revision.identity.source == self._named.source), None)

    def _state(self, document: _Wanted, ours: Revision | None) -> AnnotationState:
        """Return what is to be the annotation of a document in the source of the patch."""
        named, record = self._named, document.after
        identity = Identity(named.source, document.document, named.at) if ours is None else ours.identity
        state = AnnotationState(
            identity=identity,
            annotator=named.annotator,
            updated_by=named.annotator,
            updated_at=named.at,
            skipped=False,
            ground_truth=False,
            lead_time=None,
            form=Form.CONTENT,
            body=content_body(record.content, record.spans, record.text),
        )
        read = self._decider.read_content(state, record.text, self._decider.schema)
        if read.problems or _content_key(read) != _content(record):
            problem = f": {read.problems[0].cause}, {read.problems[0].item}" if read.problems else ""
            what = f"the label schema in force does not allow what the patch says{problem}"
            raise CuratorError(what, document.document, "bring the schema up to date, or make another patch")
        return state


def _same(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    return canonical_json(left) == canonical_json(right)


def _content(record: Record | None) -> Any:
    return None if record is None else _content_key(record.content)


def _content_key(content: Content) -> Any:
    """Return what contents share that are the same, whatever the order of their parts."""
    return (
        frozenset(span.key for span in content.spans),
        frozenset(content.relations),
        frozenset(attribute.key for attribute in content.attributes),
    )
