"""`curator preannotate`."""

import sys
from pathlib import Path
from typing import IO

import click

from curator.bootstrap.application import Application
from curator.cli.output import json_option, progress, report, say
from curator.steps.learning.preannotate import preannotate_paths, preannotate_stored
from curator.steps.ports.documents import Refused


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
    application: Application,
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
    from curator.files.lines import write_lines

    if out is not None and not paths:
        raise click.UsageError("--out goes with PATHS")
    if as_json and paths and out is None:
        raise click.UsageError("--json needs --out where PATHS are given")
    loaded = application.pipeline(pipeline, workers)
    if not paths:
        with progress("preannotate") as tell:
            count = preannotate_stored(loaded, application.store, tell)
        if pipeline is not None:
            application.choose_pipeline(pipeline)
        report({"predicted": count, "pipeline": str(loaded.id)}, as_json)
        return 0
    refused: list[Refused] = []
    records = preannotate_paths(
        paths,
        pipeline=loaded,
        reader=application.reader,
        language=application.language,
        schema=application.schema,
        refused=refused,
    )
    target: Path | IO[bytes] = out if out is not None else sys.stdout.buffer
    count = write_lines(target, records)
    for one in refused:
        say(f"refused {one.error}")
    if out is not None:
        report({"predicted": count, "pipeline": str(loaded.id), "refused": len(refused)}, as_json)
    return 3 if refused else 0
