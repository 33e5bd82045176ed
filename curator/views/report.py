"""What the store holds, told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from curator.domain.schema import LabelSchema
from curator.domain.span import attribute_value, by_layer, relation_value
from curator.steps.ports.contents import ResultReader
from curator.steps.ports.deliveries import Inbox
from curator.steps.ports.store import Store


def status(store: Store, inbox: Inbox) -> dict[str, Any]:
    """Return the counts of everything, deliveries by state."""
    with store.reading() as transaction:
        counts = transaction.counts()
    return {**counts, "deliveries": inbox.counts()}


def annotations(store: Store, schema: LabelSchema, read_result: ResultReader) -> Iterator[dict[str, Any]]:
    """Yield every current annotation as a JSON object, by document, then project and annotation id.

    Spans are read against the schema in force; what does not fit stands under `quarantined` with its cause.
    """
    with store.reading() as transaction:
        emails = transaction.revisions.annotators()
        for revision in transaction.revisions.alive():
            state = revision.state
            if state is None:
                continue
            identity = revision.identity
            text = transaction.documents.text(revision.document) or ""
            content = read_result(state.result, text, schema)
            yield {
                "document": revision.document,
                "source": transaction.documents.first_sources([revision.document])[revision.document],
                "project": identity.project,
                "task": state.task,
                "annotation": identity.annotation,
                "annotator": emails.get((identity.server, state.annotator or 0), _unnamed(state.annotator)),
                "updated_by": emails.get((identity.server, state.updated_by or 0), _unnamed(state.updated_by)),
                "created_at": identity.created_at,
                "updated_at": state.updated_at,
                "skipped": state.skipped,
                "ground_truth": state.ground_truth,
                "lead_time": state.lead_time,
                "spans": by_layer(content.spans, schema.layer_names, text),
                "relations": [relation_value(relation) for relation in content.relations],
                "attributes": [attribute_value(attribute) for attribute in content.attributes],
                "quarantined": [{"cause": problem.cause, "item": problem.item} for problem in content.problems],
            }


@dataclass(slots=True)
class Progress:
    """What one person has done: current annotations, by how they ended, and the seconds they took."""

    annotator: str
    reviewed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    last: str | None = None


def progress_of_annotators(store: Store, server: str, users: Mapping[int, str]) -> list[Progress]:
    """Return the progress of every user of a server, and of whoever else annotated there, by name."""
    found = {user: Progress(email) for user, email in users.items()}
    with store.reading() as transaction:
        for revision in transaction.revisions.alive(server):
            state = revision.state
            if state is None:
                continue
            one = found.setdefault(state.annotator or 0, Progress(_unnamed(state.annotator) or "unknown"))
            one.skipped += state.skipped
            one.reviewed += not state.skipped
            one.seconds += state.lead_time or 0.0
            one.last = max(one.last or "", state.updated_at)
    return sorted(found.values(), key=lambda one: one.annotator)


def _unnamed(user: int | None) -> str | None:
    return None if user is None else f"user {user}"
