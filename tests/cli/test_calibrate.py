"""`curator calibrate`, where it does not come to counting."""

from tests.cli.conftest import Run


def test_gold_is_needed(run: Run) -> None:
    ran = run("calibrate")
    assert (ran.code, ran.out) == (2, "")
    assert "GOLD.jsonl" in ran.err


def test_gold_that_is_not_there_is_reported_and_no_table_is_written(run: Run) -> None:
    ran = run("calibrate", "none.jsonl", "--pipeline", "configs/rules.cfg")
    assert (ran.code, ran.out) == (1, "")
    assert "cannot be read: No such file or directory (none.jsonl)" in ran.error_line
