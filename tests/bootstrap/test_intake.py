import json
from pathlib import Path

from curator.bootstrap.context import Context
from curator.bootstrap.intake import ingest, split_rule
from curator.bootstrap.stores import open_store
from curator.domain.errors import InputRefused
from tests.cli.conftest import ENGLISH, FRENCH
from tests.fakes.parts import silent


def test_documents_are_taken_in_by_the_configured_schema_and_splits(configured: Context, folder: Path) -> None:
    rows = [{"text": FRENCH, "split": "dev"}, {"text": ENGLISH}, {"text": f"{FRENCH} Encore."}]
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    report = ingest(configured, ["a.jsonl"], lambda _: None, silent)
    (refused,) = report.refused
    assert isinstance(refused.error, InputRefused)
    assert (report.documents, refused.error.lang) == (2, "en")
    with open_store(configured) as store, store.reading() as transaction:
        splits = transaction.documents.splits(transaction.seq)
    # A near-duplicate goes with its like.
    assert {assignment.split for assignment in splits.values()} == {"dev"}


def test_the_split_rule_is_the_configured_one(configured: Context) -> None:
    rule = split_rule(configured)
    assert (rule.seed, dict(rule.shares)) == ("curator", {"train": 0.8, "dev": 0.1, "test": 0.1})
