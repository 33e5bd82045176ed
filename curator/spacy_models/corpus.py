"""The records of a dataset version as spaCy training examples, with a list of what they cannot hold."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import orjson
from spacy.language import Language
from spacy.tokens import Span as TokenSpan
from spacy.training import Example

from curator.domain.errors import CuratorError
from curator.domain.loss import Loss, span_loss
from curator.domain.overlaps import flatten
from curator.domain.record import Record, record_from_line
from curator.domain.span import Span
from curator.spacy_models.borders import Borders, cut_at
from curator.spacy_models.not_learnt import learners
from curator.spacy_models.reading import ENTITIES

INSIDE_TOKEN = "boundary-inside-token"  # noqa: S105 - a token of text
OVERLAPS = "overlaps-longer-entity"
BLANK_EDGE = "blank-edge"
DOUBLED = "doubled"

NOT_LEARNT_LOG = logging.getLogger("spacy.curator")
"""Where `spacy train` shows it."""


def read_records(path: Path) -> Iterator[Record]:
    """Yield the records of one split of a dataset version. Raises CuratorError naming the line that is none."""
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                yield record_from_line(line, f"{path}:{number}")
    except OSError as error:
        raise CuratorError(f"records cannot be read: {error.strerror}", str(path), "check the path") from error


def corpus(path: Path) -> Callable[[Language], Iterator[Example]]:
    """Return what spaCy asks for as a corpus: a function from a pipeline to the examples of a file, in its order.

    Spans that the pipeline cannot learn from are counted once, in one line of spaCy's log. Raises CuratorError for what
    no version can hold: a line that is no record, and layers and labels that the version's manifest does not have.
    """
    is_counted = False

    def examples(nlp: Language) -> Iterator[Example]:
        nonlocal is_counted
        known, learning = _labels_of(path), None if is_counted else learners(nlp)
        counts: Counter[str] = Counter()
        for number, record in enumerate(read_records(path), start=1):
            if known is not None:
                _refuse_foreign(record, known, f"{path}:{number}")
            example, losses = example_of(record, nlp)
            if not is_counted:
                every = losses if learning is None else learning.losses(record, example, losses)
                counts.update(loss.reason for loss in every)
            yield example
        if counts:
            reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items()))
            _tell_once(f"{path}: {counts.total()} spans are not learnt from ({reasons})")
        is_counted = True

    return examples


def no_corpus(_nlp: Language) -> Iterator[Example]:
    """Stand for a corpus whose path is not given. Raises CuratorError."""
    raise CuratorError("no records are given", "[paths] of the config", "set --paths.train and --paths.dev")


@cache
def _tell_once(line: str) -> None:
    """Log a line once in a process: spaCy asks for its corpora when it initialises and again when it trains."""
    NOT_LEARNT_LOG.warning(line)


def _labels_of(path: Path) -> dict[str, set[str]] | None:
    """Return the labels of each layer that the manifest beside a file has, or None where there is no manifest."""
    try:
        schema = orjson.loads(path.with_name("manifest.json").read_bytes())["schema"]
        return {layer["name"]: {label["name"] for label in layer["labels"]} for layer in schema["layers"]}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        where = str(path.with_name("manifest.json"))
        raise CuratorError("manifest cannot be read", where, "restore it from a copy") from None


def _refuse_foreign(record: Record, known: dict[str, set[str]], where: str) -> None:
    for span in record.content.spans:
        if span.label not in known.get(span.layer, ()):
            what = f"label {span.label!r} of layer {span.layer} is not in the version's schema"
            raise CuratorError(what, f"{where}, {record.id}, {span.id}", "export the version again")


def example_of(record: Record, nlp: Language) -> tuple[Example, list[Loss]]:
    """Return a record as an example, and the spans of it that are not learnt from.

    The layer of entities becomes `doc.ents`, every other one a group of `doc.spans` of its own name. The reference is
    cut at every boundary of a span besides the tokenizer's own, so it holds each span where it is: one that the
    tokenizer cannot reach counts as missed in every score, and its tokens as unknown, not as outside, in the training
    of entities.
    """
    spans, losses = usable(record)
    predicted = nlp.make_doc(record.text)
    reference = cut_at(predicted, {offset for span in spans for offset in (span.start, span.end)})
    groups: dict[str, list[TokenSpan]] = {layer: [] for layer in record.spans}
    cut, uncut = Borders(reference), Borders(predicted)
    for span in spans:
        if not cut.fits(span.start, span.end):
            raise AssertionError(f"{span.id} is not on the boundaries it was cut at")
        groups[span.layer].append(cut.span(span.start, span.end, span.label))
        if not uncut.fits(span.start, span.end):
            losses.append(span_loss(record.id, span, INSIDE_TOKEN))
    reference.set_ents(groups.pop(ENTITIES, []))
    for layer, group in groups.items():
        reference.spans[layer] = group
    return Example(predicted, reference), losses


def usable(record: Record) -> tuple[list[Span], list[Loss]]:
    """Return the spans that spaCy can hold where tokens end at their borders, layer by layer, and the others."""
    usable: list[Span] = []
    losses: list[Loss] = []
    for layer, all_spans in record.spans.items():
        spans, doubled = _each_once(all_spans)
        losses += [span_loss(record.id, span, DOUBLED) for span in doubled]
        # spaCy takes no entity that begins or ends with white space.
        fitting = [span for span in spans if not blank_edged(span, record.text)]
        losses += [span_loss(record.id, span, BLANK_EDGE) for span in spans if blank_edged(span, record.text)]
        if layer == ENTITIES:
            fitting, overlapping = flatten(fitting, frozenset({ENTITIES}))
            losses += [span_loss(record.id, span, OVERLAPS) for span in overlapping]
        usable += fitting
    return usable, losses


def _each_once(spans: Iterable[Span]) -> tuple[list[Span], list[Span]]:
    kept: dict[tuple[str, int, int, str], Span] = {}
    doubled: list[Span] = []
    for span in spans:
        if kept.setdefault(span.key, span) is not span:
            doubled.append(span)
    return list(kept.values()), doubled


def blank_edged(span: Span, text: str) -> bool:
    covered = text[span.start : span.end]
    return covered != covered.strip()
