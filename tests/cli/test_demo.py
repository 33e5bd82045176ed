"""`curator demo`, as far as it goes without a Label Studio."""

from pathlib import Path

from tests.cli.conftest import Run
from tests.conftest import ROOT


def test_gold_that_is_not_there_is_wrong_usage(run: Run, folder: Path) -> None:
    ran = run("--workspace", "new", "demo", "--gold", "nowhere")
    assert (ran.code, ran.out) == (2, "")
    assert "nowhere" in ran.err
    assert not (folder / "new").exists()


def test_without_label_studio_the_line_that_installs_it_is_named(run: Run, folder: Path) -> None:
    ran = run("--workspace", "new", "demo", "--gold", ROOT / "seeds" / "gold" / "dev.jsonl")
    assert (ran.code, ran.out) == (1, "")
    assert "make install" in ran.err.splitlines()[-1]
    assert "workspace made: new/demo" in ran.err
    assert (folder / "new" / "demo" / "store.sqlite3").exists()
    assert not (folder / "new" / "store.sqlite3").exists()
