"""`curator export`."""

from pathlib import Path

from tests.cli.conftest import Run


def test_export_with_nothing_reviewed_writes_no_version(run: Run, corpus: Path, folder: Path) -> None:
    run("ingest", "corpus/article.txt")
    for more in ([], ["--as-of", "2001-01-01"]):
        ran = run("export", "news", "--json", *more)
        assert (ran.code, ran.out) == (1, "")
    assert not (folder / "exports").exists()


def test_a_schema_that_lost_a_label_is_refused_and_one_that_gained_is_reported(run: Run, folder: Path) -> None:
    labels = folder / "configs" / "labels.yaml"
    whole = labels.read_text(encoding="utf-8")
    run("export", "news")
    labels.write_text(whole.replace("- {name: PER,", "- {name: PERS,"), encoding="utf-8")
    assert labels.read_text(encoding="utf-8") != whole
    ran = run("export", "news")
    assert ran.code == 1
    assert "no longer has label entities/PER" in ran.error_line
