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

_COUNTS = ("gold", "predicted", "exact", "boundary", "label", "missed", "spurious")
_HEADINGS = (*_COUNTS, "P", "R", "F1", "95 % of F1", "partial F1")
_WIDTHS = (6, 10, 6, 9, 6, 7, 9, 6, 6, 6, 13, 11)


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
    *,
    gold: tuple[Path, ...],
    pipeline: str | None,
    workers: int | None,
    reliability: bool,
    errors: bool,
    html: Path | None,
    as_json: bool,
) -> None:
    """Compare a pipeline's spans with those of gold records.

    A span is exact with both offsets and label right; boundary: its label at other offsets; label: with another label;
    missed: not predicted; spurious: predicted where gold has nothing. Partial F1 counts boundary as half.
    """
    from curator.bootstrap.learning import evaluate as run
    from curator.bootstrap.learning import write_mistakes

    evaluation = run(context, gold, pipeline, workers)
    if html is not None:
        write_mistakes(context, evaluation, html)
        say(f"mistakes written to {html}")
    if as_json:
        emit(evaluation.value())
        return
    for line in _table(evaluation):
        click.echo(flat(line))
    if reliability:
        for line in _reliability(evaluation):
            click.echo(line)
    if errors:
        click.echo()
        for line in mistakes(evaluation):
            click.echo(line)


def _table(evaluation: Evaluation) -> Iterator[str]:
    yield f"{evaluation.pipeline} on {len(evaluation.documents)} documents"
    for layer, whole in evaluation.layers.items():
        names = [*whole.labels, "all"]
        width = max(len(layer), *(len(name) + 2 for name in names))
        yield ""
        yield f"{layer:<{width}}" + "".join(f"{title:>{size}}" for title, size in zip(_HEADINGS, _WIDTHS, strict=True))
        for name, result in (*whole.labels.items(), ("all", whole)):
            yield f"  {name:<{width - 2}}" + _row(result)
    yield ""
    bins = evaluation.bins
    error = expected_calibration_error(bins)
    count = sum(score_bin.count for score_bin in bins)
    yield f"expected calibration error {error:.3f}: {count} scores in {len(bins)} bins of equal mass"
    yield f"Brier score {evaluation.brier:.4f}: lower is better, also at telling right spans from wrong ones"


def _row(result: Result) -> str:
    tally, exact, interval = result.tally, result.tally.measures(), result.interval
    cells = (
        *(getattr(tally, name) for name in _COUNTS),
        *(f"{value:.3f}" for value in (exact.precision, exact.recall, exact.f1)),
        f"{interval.low:.3f}–{interval.high:.3f}",
        f"{tally.partial().f1:.3f}",
    )
    return "".join(f"{cell:>{size}}" for cell, size in zip(cells, _WIDTHS, strict=True))


def _reliability(evaluation: Evaluation) -> Iterator[str]:
    yield f"{'scores':>13}{'spans':>7}{'mean':>7}{'exact':>7}"
    for score_bin in evaluation.bins:
        scores = f"{score_bin.low:.3f} – {score_bin.high:.3f}"
        yield f"{scores}{score_bin.count:>7}{score_bin.mean:>7.3f}{score_bin.exact:>7.3f}"
