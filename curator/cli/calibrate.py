"""`curator calibrate`."""

from pathlib import Path

import click

from curator.bootstrap.context import Context
from curator.cli.output import json_option, report


@click.command()
@click.argument("gold", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="GOLD.jsonl…")
@click.option("--pipeline", metavar="FILE.cfg", help="Config of a spaCy pipeline that has a calibrator.")
@json_option
@click.pass_obj
def calibrate(context: Context, gold: tuple[Path, ...], pipeline: str | None, as_json: bool) -> None:
    """Count how often a pipeline's spans are right, by rule and label, into the table that its config names.

    GOLD.jsonl are records of an export, or gold in that form. Take documents that neither the rules were written from
    nor the model was trained on, else the scores promise too much.
    """
    from curator.bootstrap.learning import calibrate as run

    table, documents, spans = run(context, pipeline, gold)
    report({"table": str(table), "documents": documents, "spans": spans}, as_json)
