"""The labels of the configured schema: listed with what they count, and changed in the file, store and Label Studio."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from curator.bootstrap.context import Context
from curator.bootstrap.push import push
from curator.bootstrap.reading import READ_ANNOTATION
from curator.bootstrap.schemas import adopt_configured, configured_schema
from curator.bootstrap.servers import open_server
from curator.bootstrap.stores import open_store
from curator.domain.errors import ServerUnreachable
from curator.domain.label_changes import label_changes
from curator.domain.schema import LabelSchema, schema_from_value
from curator.files.schema_file import write_schema
from curator.steps.desk.rename_predictions import count_renamed
from curator.steps.in_force.schema import check_schema, schema_in_force
from curator.steps.ports.store import Store
from curator.views.annotations import current_annotations


@dataclass(frozen=True, slots=True)
class CountedLabel:
    """A label with the spans that current annotations have of it, and the names that it had."""

    layer: str
    name: str
    spans: int
    formerly: tuple[str, ...]

    def value(self) -> dict[str, Any]:
        """Return the label as a JSON object."""
        return {"layer": self.layer, "label": self.name, "spans": self.spans, "formerly": list(self.formerly)}


@dataclass(slots=True)
class ChangedLabels:
    """What a change of labels did, or would do; `spans` counts the labels that change, in current annotations.

    `predictions` were, or would be, rewritten in Label Studio. `pending` says why the change waits for a push.
    """

    file: str
    dry_run: bool
    changes: list[str]
    spans: Mapping[tuple[str, str], int]
    predictions: int = 0
    pushed: bool = False
    pending: str = ""
    refused_webhook: bool = False

    def value(self) -> dict[str, Any]:
        """Return the change as a JSON object."""
        spans = [{"layer": layer, "label": label, "spans": n} for (layer, label), n in sorted(self.spans.items())]
        return {
            "changes": self.changes,
            "spans": spans,
            "predictions": self.predictions,
            "file": self.file,
            "dry_run": self.dry_run,
            "pushed": self.pushed,
            "pending": self.pending,
        }


def list_labels(context: Context) -> list[CountedLabel]:
    """Return the labels of the configured schema in its order, counted as the schema reads current annotations."""
    schema = configured_schema(context)
    with open_store(context) as store:
        counts = _counts(store, schema)
    return [
        CountedLabel(layer.name, label.name, counts[layer.name, label.name], label.formerly)
        for layer in schema.layers
        for label in layer.labels
    ]


def change_labels(
    context: Context, edit: Callable[[Mapping[str, Any]], Sequence[Mapping[str, Any]]], dry_run: bool
) -> ChangedLabels:
    """Change labels in the schema file, then bring the store and Label Studio up to date as a push does.

    `edit` gives the values that the schema's goes through. Without a project the store takes the change alone; where
    Label Studio does not answer it waits in the file for a push. Idempotent; an interrupted change is completed by
    the same one, or by a push. Raises CuratorError where it cannot be; nothing is changed then.
    """
    before, file = configured_schema(context), context.settings.label_schema
    values = list(edit(before.value))
    after = schema_from_value(values[-1], str(file))
    with open_store(context) as store:
        check_schema(store, after, str(file))
        with store.reading() as transaction:
            in_force = schema_in_force(transaction.settings) or before
            has_project = transaction.tasks.has_any_project()
        changes = list(label_changes(in_force, after))
        counts = _counts(store, in_force) if changes else Counter()
        spans = {(change.layer, change.before): counts[change.layer, change.before] for change in changes}
        changed = ChangedLabels(str(file), dry_run, [str(change) for change in changes], spans)
        if dry_run:
            changed.predictions = _waiting(context, store, after) if has_project else 0
            return changed
        if after.hash != before.hash:
            write_schema(file, values)
        if not has_project:
            adopt_configured(context, store, lambda _: None)
            return changed
    _push(context, changed)
    return changed


def _push(context: Context, changed: ChangedLabels) -> None:
    try:
        published = push(context, lambda _: None, lambda *_: None)
    except ServerUnreachable as error:
        changed.pending = error.what
        return
    changed.pushed, changed.predictions = True, published.renamed
    changed.refused_webhook = published.webhook == "refused"


def _waiting(context: Context, store: Store, schema: LabelSchema) -> int:
    """Return how many predictions a push would rewrite, as far as the store knows; Label Studio is asked nothing."""
    with open_server(context, store) as server:
        with store.reading() as transaction:
            project = transaction.tasks.project(server.name)
        return 0 if project is None else count_renamed(store, server.name, project[0], schema)


def _counts(store: Store, schema: LabelSchema) -> Counter[tuple[str, str]]:
    """Return how many spans of each label current annotations have."""
    counts: Counter[tuple[str, str]] = Counter()
    for annotation in current_annotations(store, schema, READ_ANNOTATION):
        for layer, spans in annotation["spans"].items():
            counts.update((layer, span["label"]) for span in spans)
    return counts
