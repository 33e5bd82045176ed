"""What the store holds, told."""

from collections.abc import Iterator
from typing import Any

from curator.domain.schema import LabelSchema
from curator.domain.span import attribute_value, by_layer, relation_value
from curator.steps.ports import ResultReader
from curator.steps.store_ports import Inbox, Store


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


def _unnamed(user: int | None) -> str | None:
    return None if user is None else f"user {user}"
