"""`curator datasets leakage`."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from curator.bootstrap.context import Context
from curator.cli.output import emit, flat, json_option, progress

if TYPE_CHECKING:
    from curator.steps.datasets.leaks.drift import Drift
    from curator.steps.datasets.leaks.leakage import Leakage

_SHOWN = 20
"""How many pairs and surfaces are printed; in JSON all are."""


@click.command()
@click.argument("version", metavar="NAME@N")
@json_option
@click.pass_obj
def leakage(context: Context, version: str, as_json: bool) -> int:
    """Tell what leaks between the splits of a version; the exit code is 3 where a text, or nearly, is in two of them.

    Also told: how much of dev and test was not seen in training, what is labelled differently, how far the label
    distributions are apart (total variation), and how far the splits are from the shares that were wanted.
    """
    from curator.bootstrap.leakage import leakage as run

    with progress("leakage") as tell:
        found = run(context, version, tell)
    if as_json:
        emit({"version": version, **_value(found)})
    else:
        for line in _lines(found):
            click.echo(flat(line))
    return 3 if found.leaks else 0


def _value(found: "Leakage") -> dict[str, Any]:
    return {
        "leaks": found.leaks,
        "pairs": [pair.value() for pair in found.pairs],
        "surfaces": dict(found.surfaces),
        "trigger_lemmas": dict(found.lemmas),
        "same_text_different_labels": [list(pair) for pair in found.same_text],
        "same_surface_different_labels": [dict(surface) for surface in found.same_surface],
        "labels": {layer: dict(splits) for layer, splits in found.labels.items()},
        "label_distance_from_train": {layer: dict(splits) for layer, splits in found.distances.items()},
        "drift": None if found.drift is None else found.drift.value(),
    }


def _lines(found: "Leakage") -> Iterator[str]:
    yield f"pairs across splits: {len(found.pairs)}"
    for pair in found.pairs[:_SHOWN]:
        differ = ", labelled differently" if pair.labels_differ else ""
        yield f"  {pair.kind}: {pair.left} in {pair.left_split}, {pair.right} in {pair.right_split}{differ}"
    yield from _more(len(found.pairs))
    for layer, splits in found.surfaces.items():
        yield from _unseen(f"{layer}: surfaces", splits)
    yield from _unseen("trigger lemmas", found.lemmas)
    yield f"same text, different labels: {len(found.same_text)}"
    for left, right in found.same_text[:_SHOWN]:
        yield f"  {left}, {right}"
    yield from _more(len(found.same_text))
    yield f"same surface, different labels: {len(found.same_surface)}"
    for surface in found.same_surface[:_SHOWN]:
        labels = ", ".join(f"{label} {count}" for label, count in surface["labels"].items())
        yield f"  {surface['layer']}: {surface['surface']} ({labels})"
    yield from _more(len(found.same_surface))
    for layer, distances in found.distances.items():
        apart = ", ".join(f"{split} {'-' if far is None else f'{far:.3f}'}" for split, far in distances.items())
        yield f"{layer}: label distribution from train's by total variation: {apart}"
    if found.drift is not None:
        yield from _drift(found.drift)


def _drift(drift: "Drift") -> Iterator[str]:
    shares = (f"{split} {drift.actual[split]:.1%} of {share:.1%}" for split, share in drift.wanted.items())
    yield f"shares, of those wanted: {', '.join(shares)}"
    reasons = ", ".join(f"{reason} {count}" for reason, count in (drift.reasons or {}).items())
    yield f"not where the split rule alone says: {drift.otherwise}{f' ({reasons})' if reasons else ''}"


def _unseen(title: str, splits: Mapping[str, Any]) -> Iterator[str]:
    for split, counts in splits.items():
        if counts["kinds"]:
            share = f"{counts['unseen_kinds']} of {counts['kinds']} ({counts['unseen_share']:.1%})"
            occurrences = f"{counts['unseen_occurrences']} of {counts['occurrences']} occurrences"
            yield f"{title} of {split} unseen in train: {share}, {occurrences}"


def _more(count: int) -> Iterator[str]:
    if count > _SHOWN:
        yield f"  … and {count - _SHOWN} more; --json lists all"
