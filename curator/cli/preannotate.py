"""`curator preannotate`."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, progress, report, say
from curator.steps.ports.documents import Refused
from curator.steps.ports.progress import Progress


@click.command()
@click.argument("paths", nargs=-1)
@click.option("--pipeline", metavar="NAME", help="Config, folder or package of a spaCy pipeline.")
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Processes to predict with.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write; standard output if not given."
)
@json_option
@click.pass_obj
def preannotate(
    context: Context,
    *,
    paths: tuple[str, ...],
    pipeline: str | None,
    workers: int | None,
    out: Path | None,
    as_json: bool,
) -> int:
    """Predict spans with a spaCy pipeline.

    With PATHS: reads these documents and writes JSONL, storing nothing. Without: predicts every stored document that
    this pipeline has not predicted yet, and lets annotators start from it at the next push.
    """
    if out is not None and not paths:
        raise click.UsageError("--out goes with PATHS")
    if as_json and paths and out is None:
        raise click.UsageError("--json needs --out where PATHS are given")
    if paths:
        return _preannotate_paths(context, paths, pipeline, workers, out=out, as_json=as_json)
    from curator.bootstrap.learning import preannotate as run

    with progress("preannotate") as tell:
        result = run(context, pipeline, workers, tell)
    _tell_causes(result.causes)
    counts = {"predicted": result.documents, "quarantined": len(result.causes)}
    report({**counts, "pipeline": str(result.pipeline)}, as_json)
    return 3 if result.causes else 0


def _preannotate_paths(
    context: Context,
    paths: tuple[str, ...],
    pipeline: str | None,
    workers: int | None,
    *,
    out: Path | None,
    as_json: bool,
) -> int:
    from curator.bootstrap.predicting import preannotate_documents
    from curator.files.lines import write_lines

    refused: list[Refused] = []
    causes: list[tuple[str, str]] = []
    target: Path | IO[bytes] = out if out is not None else sys.stdout.buffer
    # On a terminal that the lines go to, a bar would stand among them.
    with progress("preannotate") if out is not None or not sys.stdout.isatty() else nullcontext(_silent) as tell:
        records, used = preannotate_documents(context, paths, pipeline, workers, refused, causes)
        count = write_lines(target, _counted(records, tell))
    for refusal in refused:
        say(f"refused {refusal.error}")
    _tell_causes(causes)
    if out is not None:
        counts = {"predicted": count, "refused": len(refused), "left_out": len(causes)}
        report({**counts, "pipeline": str(used)}, as_json)
    return 3 if refused or causes else 0


def _counted(records: Iterable[dict[str, Any]], tell: Progress) -> Iterator[dict[str, Any]]:
    for done, record in enumerate(records, start=1):
        yield record
        tell(done, None)


def _silent(done: int, total: int | None) -> None:
    pass


def _tell_causes(causes: list[tuple[str, str]]) -> None:
    for place, cause in causes:
        say(f"left out in {place}: a span of the pipeline ({cause})")
