"""Every current annotation with its content."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from curator.domain.annotation import AnnotationState, Revision, fallback_name, project_source
from curator.domain.schema import LabelSchema
from curator.domain.span import Content, attribute_value, relation_value, spans_by_layer
from curator.steps.ports.contents import ContentReader
from curator.steps.ports.store import Store

_BATCH = 200


def current_annotations(store: Store, schema: LabelSchema, read_content: ContentReader) -> Iterator[dict[str, Any]]:
    """Yield every current annotation as a JSON object, by document, then source and annotation.

    Spans are read against the schema given; what does not fit stands under `quarantined` with its cause.
    """
    with store.reading() as transaction:
        names = transaction.revisions.annotators()
        revisions = transaction.revisions.current_revisions()
        while some := list(islice(revisions, _BATCH)):
            held = {revision.document for revision in some}
            documents, sources = transaction.documents.by_id(held), transaction.documents.first_sources(held)
            for revision in some:
                if revision.state is not None:
                    document = documents[revision.document]
                    content = read_content(revision.state, document.text, schema)
                    source = sources[document.id]
                    yield _value(revision, revision.state, source, names, content, document.text, schema)


def _value(
    revision: Revision,
    state: AnnotationState,
    source: str,
    names: Mapping[str, str],
    content: Content,
    text: str,
    schema: LabelSchema,
) -> dict[str, Any]:
    identity = revision.identity
    project = project_source(identity.source)
    return {
        "document": revision.document,
        "source": source,
        "project": None if project is None else project.project,
        "task": state.task,
        "annotation": identity.key if project is None else int(identity.key),
        "annotator": _name(state.annotator, names),
        "updated_by": _name(state.updated_by, names),
        "created_at": identity.created_at,
        "updated_at": state.updated_at,
        "skipped": state.skipped,
        "ground_truth": state.ground_truth,
        "for_review": state.for_review,
        "lead_time": state.lead_time,
        "spans": spans_by_layer(content.spans, schema.layer_names, text),
        "relations": [relation_value(relation) for relation in content.relations],
        "attributes": [attribute_value(attribute) for attribute in content.attributes],
        "quarantined": [{"cause": problem.cause, "item": problem.item} for problem in content.problems],
    }


def _name(annotator: str | None, names: Mapping[str, str]) -> str | None:
    return None if annotator is None else names.get(annotator, fallback_name(annotator))
