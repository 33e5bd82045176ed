"""`curator evaluate`."""

from collections.abc import Iterator
from pathlib import Path

import click

from curator.bootstrap.context import Context
from curator.cli.mistakes import mistakes
from curator.cli.output import emit, flat, json_option, say
from curator.domain.calibration import expected_calibration_error
from curator.domain.evaluation import Result
from curator.steps.learning.evaluate import Evaluation

_HEADINGS = ("gold", "found", "exact", "bound", "label", "missed", "wrong", "P", "R", "F1", "95 % of F1", "partial F1")
_WIDTHS = (6, 6, 6, 6, 6, 7, 6, 6, 6, 6, 13, 11)


@click.command()
@click.argument("gold", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="GOLD.jsonl…")
@click.option("--pipeline", metavar="NAME", help="Config, folder or package of a spaCy pipeline.")
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Processes to predict with.")
@click.option("--reliability", is_flag=True, help="Show how often spans of each score are right.")
@click.option("--errors", is_flag=True, help="Show every mistake in its context.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page of every mistake.")
@json_option
@click.pass_obj
def evaluate(
    context: Context,
    gold: tuple[Path, ...],
    pipeline: str | None,
    workers: int | None,
    reliability: bool,
    errors: bool,
    html: Path | None,
    as_json: bool,
) -> None:
    """Compare a pipeline's spans with those of gold records.

    A span is exact with both offsets and label right; bound: its label at other offsets; label: with another label;
    missed: not found; wrong: found where gold has nothing or another label. Partial F1 counts bound as half.
    """
    from curator.bootstrap.learning import evaluate as run
    from curator.bootstrap.learning import write_mistakes

    found = run(context, gold, pipeline, workers)
    if html is not None:
        write_mistakes(context, found, html)
        say(f"mistakes written to {html}")
    if as_json:
        emit(found.value())
        return
    for line in _table(found):
        click.echo(flat(line))
    if reliability:
        for line in _reliability(found):
            click.echo(line)
    if errors:
        click.echo()
        for line in mistakes(found):
            click.echo(line)


def _table(found: Evaluation) -> Iterator[str]:
    yield f"{found.pipeline} on {len(found.documents)} documents"
    for layer, whole in found.layers.items():
        names = [*whole.labels, "all"]
        width = max(len(layer), *(len(name) + 2 for name in names))
        yield ""
        yield f"{layer:<{width}}" + "".join(f"{one:>{size}}" for one, size in zip(_HEADINGS, _WIDTHS, strict=True))
        for name, one in (*whole.labels.items(), ("all", whole)):
            yield f"  {name:<{width - 2}}" + _row(one)
    yield ""
    error = expected_calibration_error(found.bins)
    count = sum(one.count for one in found.bins)
    yield f"expected calibration error {error:.3f}: {count} scores in {len(found.bins)} bins of equal mass"
    yield f"Brier score {found.brier:.4f}: lower is better, also at telling right spans from wrong ones"


def _row(one: Result) -> str:
    tally, exact, interval = one.tally, one.tally.measures(), one.interval
    cells = (
        *(tally.expected, tally.predicted, tally.exact, tally.boundary, tally.label, tally.missed),
        tally.mistaken + tally.spurious,
        *(f"{value:.3f}" for value in (exact.precision, exact.recall, exact.f1)),
        f"{interval.low:.3f}–{interval.high:.3f}",
        f"{tally.partial().f1:.3f}",
    )
    return "".join(f"{cell:>{size}}" for cell, size in zip(cells, _WIDTHS, strict=True))


def _reliability(found: Evaluation) -> Iterator[str]:
    yield f"{'scores':>13}{'spans':>7}{'mean':>7}{'exact':>7}"
    for one in found.bins:
        yield f"{one.low:.3f} – {one.high:.3f}{one.count:>7}{one.mean:>7.3f}{one.kept:>7.3f}"
