"""`curator train`, up to the training itself."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["news"], "'news' names no dataset version"),
        (["news@1"], "no such version: news@1"),
        (["news@1", "--out", "model"], "no such version: news@1"),
        (["../x@1"], "is no name for a dataset"),
    ],
)
def test_a_version_that_is_not_there_is_reported(run: Run, folder: Path, arguments: list[str], message: str) -> None:
    ran = run("train", *arguments)
    assert (ran.code, ran.out) == (1, "")
    assert message in ran.error_line
    assert not (folder / "model").exists()


def test_a_folder_with_too_few_records_is_reported_with_what_is_needed(run: Run, folder: Path) -> None:
    (folder / "gold").mkdir()
    for split in ("train", "dev"):
        record = {"id": "d", "text": "Paris", "spans": {"entities": []}}
        (folder / "gold" / f"{split}.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
    ran = run("train", "gold", "--out", "model")
    assert (ran.code, ran.out) == (1, "")
    assert "too few records with spans to train: 0 of at least 5 (gold/train.jsonl)" in ran.error_line
