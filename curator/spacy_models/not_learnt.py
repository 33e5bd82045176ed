"""What a training cannot learn from, or be measured on: counted, and kept beside the model."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from spacy.language import Language
from spacy.pipeline import EntityRecognizer, SpanCategorizer
from spacy.training import Example

from curator.domain.loss import Loss, span_loss
from curator.domain.record import Record
from curator.domain.span import Span
from curator.spacy_models.reading import ENTITIES

NOT_SUGGESTED = "longer-than-suggested"
NO_COMPONENT = "no-component-for-layer"
ONE_LABEL = "one-label-a-span"

LEDGER = "losses.json"
"""The file in a model's folder that lists them."""


@dataclass(frozen=True, slots=True)
class Learners:
    """The layers that a pipeline's components learn, and what suggests the spans of those that take spans of a size.

    Of `single` layers a component gives the same words one label at most.
    """

    layers: frozenset[str]
    suggesters: Mapping[str, Any]
    single: frozenset[str] = frozenset()

    def losses(self, record: Record, example: Example, unreachable: Iterable[Loss]) -> Iterator[Loss]:
        """Yield each span of a record that no component learns, with its reason.

        `unreachable` are the losses of the record's example, whatever the components.
        """
        yield from (loss for loss in unreachable if loss.item["layer"] in self.layers)
        for layer, suggester in self.suggesters.items():
            yield from _not_suggested(record, example, layer, suggester)
        for layer in sorted(self.single):
            yield from (span_loss(record.id, span, ONE_LABEL) for span in _further_labels(record.spans.get(layer, ())))
        for layer in sorted(set(record.spans) - self.layers):
            yield from (span_loss(record.id, span, NO_COMPONENT) for span in record.spans[layer])


def learners(nlp: Language) -> Learners | None:
    """Return what learns spans in a pipeline, or None where nothing does."""
    layers: set[str] = set()
    suggesters: dict[str, Any] = {}
    single: set[str] = set()
    for name, component in nlp.pipeline:
        if isinstance(component, EntityRecognizer):
            layers.add(ENTITIES)
        elif isinstance(component, SpanCategorizer):
            layers.add(component.key)
            if component.cfg.get("max_positive") == 1:
                single.add(component.key)
            # Others suggest by what a trained component finds, which may be anything.
            suggester = nlp.get_pipe_config(name).get("suggester", {})
            if str(suggester.get("@misc")).startswith("spacy.ngram"):
                suggesters[component.key] = component.suggester
    return Learners(frozenset(layers), suggesters, frozenset(single)) if layers else None


def _further_labels(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans that have the offsets of one before them."""
    seen: set[tuple[int, int]] = set()
    for span in spans:
        if (span.start, span.end) in seen:
            yield span
        seen.add((span.start, span.end))


def write_ledger(folder: Path, losses: Iterable[Loss]) -> None:
    """Write the losses into a model's folder: counts by reason, layer and label, then each span with its document."""
    counts: dict[str, dict[str, dict[str, int]]] = {}
    values = [loss.value() for loss in losses]
    for value in values:
        of_layer = counts.setdefault(value["reason"], {}).setdefault(value["item"]["layer"], {})
        label = value["item"]["label"]
        of_layer[label] = of_layer.get(label, 0) + 1
    # Counts sorted, losses in the order of the records.
    sorted_counts = orjson.loads(orjson.dumps(counts, option=orjson.OPT_SORT_KEYS))
    ledger = {"counts": sorted_counts, "losses": values}
    (folder / LEDGER).write_bytes(orjson.dumps(ledger, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def read_ledger(folder: Path) -> tuple[Loss, ...]:
    """Return the losses that `write_ledger` wrote. Raises OSError, and ValueError, KeyError or TypeError for others."""
    ledger = orjson.loads((folder / LEDGER).read_bytes())
    return tuple(Loss(**value) for value in ledger["losses"])


def _not_suggested(record: Record, example: Example, layer: str, suggester: Any) -> Iterator[Loss]:
    """Yield the spans on token boundaries that the component will never be asked about, being too long."""
    suggested = {(int(start), int(end)) for start, end in suggester([example.predicted]).dataXd}
    for span in example.reference.spans.get(layer, ()):
        reached = example.predicted.char_span(span.start_char, span.end_char)
        if reached is not None and (reached.start, reached.end) not in suggested:
            long = Span(layer, span.start_char, span.end_char, span.label_)
            yield span_loss(record.id, long, NOT_SUGGESTED)
