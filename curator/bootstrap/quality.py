"""What is written of a pipeline's quality: its calibration table, and the page of its mistakes."""

from collections.abc import Sequence
from pathlib import Path

from curator.bootstrap.application import Application
from curator.domain.record import Record
from curator.domain.schema import LabelSchema
from curator.files.durable import replacing
from curator.steps.learning.evaluate import Evaluation


def calibrate(application: Application, name: str | None, records: Sequence[Record]) -> tuple[Path, int]:
    """Write the calibration table that a pipeline's configuration names, from gold; returns it and its spans.

    Raises CuratorError where the pipeline has no calibrator.
    """
    from curator.spacy_models.calibrator import count_kept, table_of
    from curator.spacy_models.chances import write_counts

    source = application.pipeline_source(name)
    table = table_of(source)
    counts = count_kept(source, records)
    with replacing(table) as stream:
        stream.write(write_counts(counts))
    return table, sum(one.seen for one in counts.values())


def write_mistakes(evaluation: Evaluation, schema: LabelSchema, path: Path) -> None:
    """Write a page, whole in itself, of all that a pipeline got wrong."""
    from curator.web.mistakes_page import mistakes_page

    with replacing(path) as stream:
        stream.write(mistakes_page(evaluation, schema).encode())
