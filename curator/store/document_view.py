"""One document with everything that is known of it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from curator.domain.annotation import Identity, state_from_value, unnamed
from curator.domain.decision import Candidate, choose_latest
from curator.domain.prediction import GIVEN, PipelineId
from curator.domain.schema import LabelSchema
from curator.domain.span import Attribute, Content, Relation, Span, content_from_value
from curator.steps.ports.contents import ContentReader
from curator.store.shown import shown_pairs
from curator.store.states import states
from curator.store.tables import (
    Annotator,
    CurrentRow,
    DecisionRow,
    DocumentRow,
    PredictionRow,
    RevisionRow,
    SourceRow,
    SplitRow,
    Tick,
)
from curator.views.overview import DocumentState, DocumentView, RevisionSeen, Said, SourceSeen


def document_view(
    connection: Connection, document: str, schema: LabelSchema, read_content: ContentReader
) -> DocumentView | None:
    """Return everything about a document, or None where there is none with this id."""
    row = connection.execute(select(DocumentRow.__table__).where(DocumentRow.id == document)).first()
    if row is None:
        return None
    found = states([document])
    state = DocumentState(connection.scalar(select(found.c.state)) or "")
    split = connection.execute(select(SplitRow.split, SplitRow.reason).where(SplitRow.document == document)).first()
    history = _History(connection, document, row.text, schema, read_content)
    chosen = history.chosen()
    shown = None if chosen is None else shown_pairs(connection, document).get(chosen)
    decision = _decision(connection, document, history.alive)
    return DocumentView(
        id=document,
        text=row.text,
        lang=row.lang,
        state=state,
        split=None if split is None else split.split,
        split_reason="" if split is None else split.reason,
        sources=_sources(connection, document),
        revisions=history.told(),
        predicted=_prediction(connection, document, shown),
        shown=shown is not None,
        current=decision or history.said(chosen),
        decided=decision is not None,
    )


class _History:
    """The revisions of a document's annotations, oldest first, read against the schema."""

    def __init__(
        self, connection: Connection, document: str, text: str, schema: LabelSchema, read_content: ContentReader
    ) -> None:
        query = select(RevisionRow.__table__, Tick.at).join(Tick, Tick.seq == RevisionRow.seq)
        of_document = query.where(RevisionRow.document == document).order_by(RevisionRow.number)
        self._rows = {row.number: row for row in connection.execute(of_document)}
        alive = select(CurrentRow.revision).where(CurrentRow.document == document)
        self.alive: list[int] = sorted(connection.scalars(alive))
        newest = {_identity(row): row.number for row in self._rows.values()}
        buried = {number for number in newest.values() if self._rows[number].value is None}
        self._current = {*self.alive, *buried}
        states = {
            row.number: state_from_value(_identity(row), row.value)
            for row in self._rows.values()
            if row.value is not None
        }
        self._candidates = {
            number: Candidate(state, read_content(state, text, schema)) for number, state in states.items()
        }
        names = connection.execute(select(Annotator.key, Annotator.name))
        self._names: Mapping[str, str] = {row.key: row.name for row in names}

    def chosen(self) -> int | None:
        """Return the number of the revision that would be decided on."""
        numbers = {id(self._candidates[number]): number for number in self.alive}
        found = choose_latest([self._candidates[number] for number in self.alive])
        return None if found is None else numbers[id(found)]

    def said(self, number: int | None) -> Said | None:
        if number is None:
            return None
        candidate = self._candidates[number]
        by = self._name(candidate.state.annotator)
        return Said(by, candidate.state.updated_at, candidate.content)

    def told(self) -> tuple[RevisionSeen, ...]:
        return tuple(self._tell(row) for row in self._rows.values())

    def _tell(self, row: Row[Any]) -> RevisionSeen:
        candidate = self._candidates.get(row.number)
        state = None if candidate is None else candidate.state
        content = Content() if candidate is None else candidate.content
        return RevisionSeen(
            number=row.number,
            accepted_at=row.at,
            source=row.source,
            key=row.key,
            annotator=self._name(state.annotator) if state else "",
            updated_by=self._name(state.updated_by) if state and state.updated_by is not None else "",
            updated_at=state.updated_at if state else "",
            skipped=state is not None and state.skipped,
            ground_truth=state is not None and state.ground_truth,
            deleted=state is None,
            current=row.number in self._current,
            lead_time=state.lead_time if state else None,
            spans=len(content.spans),
            problems=len(content.problems),
        )

    def _name(self, annotator: str | None) -> str:
        return "unknown" if annotator is None else self._names.get(annotator, unnamed(annotator))


def _identity(row: Row[Any]) -> Identity:
    return Identity(row.source, row.key, row.created_at)


def _sources(connection: Connection, document: str) -> tuple[SourceSeen, ...]:
    query = (
        select(SourceRow.name, SourceRow.encoding, SourceRow.meta, SourceRow.split, Tick.at)
        .join(Tick, Tick.seq == SourceRow.seq)
        .where(SourceRow.document == document)
        .order_by(SourceRow.id)
    )
    return tuple(SourceSeen(*row) for row in connection.execute(query))


def _prediction(connection: Connection, document: str, number: int | None) -> Said | None:
    """Return a prediction, the newest one of a document where no number is given; of given spans only at need."""
    query = (
        select(PredictionRow.pipeline, PredictionRow.digest, PredictionRow.content, Tick.at)
        .join(Tick, Tick.seq == PredictionRow.seq)
        .where(PredictionRow.document == document)
        .order_by(PredictionRow.pipeline == GIVEN, PredictionRow.id.desc())
        .limit(1)
    )
    row = connection.execute(query if number is None else query.where(PredictionRow.id == number)).first()
    if row is None:
        return None
    return Said(str(PipelineId(row.pipeline, row.digest)), row.at, content_from_value(row.content))


def _decision(connection: Connection, document: str, revisions: Sequence[int]) -> Said | None:
    """Return the newest decision that was made on exactly these revisions and has a record."""
    query = (
        select(DecisionRow.result, DecisionRow.record, DecisionRow.policy, DecisionRow.decider, Tick.at)
        .join(Tick, Tick.seq == DecisionRow.seq)
        .where(DecisionRow.document == document, DecisionRow.record.is_not(None))
        .order_by(DecisionRow.id.desc())
    )
    for row in connection.execute(query):
        if row.result["revisions"] == revisions:
            return Said(f"{row.decider}, policy {row.policy}", row.at, _content(json.loads(row.record)))
    return None


def _content(record: Mapping[str, Any]) -> Content:
    spans = [Span(layer, one["start"], one["end"], one["label"]) for layer, of in record["spans"].items() for one in of]
    relations = [Relation(**relation) for relation in record["relations"]]
    attributes = [Attribute(**attribute) for attribute in record["attributes"]]
    return Content(tuple(spans), tuple(relations), tuple(attributes))
