"""`curator annotations`."""

from pathlib import Path

from tests.cli.conftest import Run


def test_without_annotations_nothing_is_written(run: Run, corpus: Path) -> None:
    run("ingest", "corpus/article.txt")
    ran = run("annotations")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_a_label_schema_that_is_missing_is_reported(run: Run, folder: Path) -> None:
    (folder / "configs" / "labels.yaml").unlink()
    ran = run("annotations")
    assert (ran.code, ran.out) == (1, "")
    assert "no such label schema (configs/labels.yaml)" in ran.error_line
