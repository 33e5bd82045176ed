"""Rules of splits over real stores: chosen once, refused later, and overruled by near-duplicates alone."""

from typing import Any

import pytest

from curator.domain.canonical import document_id
from curator.domain.errors import CuratorError
from curator.domain.split import Assignment, Cutoff, SourceSplits, SplitRule
from curator.steps.in_force.split_rule import split_rule_value
from curator.steps.intake.ingest import Ingested, ingest
from tests.fakes.parts import RULE, SCHEMA, Texts, WordNearness, french, raw, silent
from tests.fakes.world import World
from tests.store.conftest import arrival

BY_DAY = SplitRule("tests", RULE.shares, Cutoff("2026-03-01", "2026-02-01"))
BY_SOURCE = SplitRule("tests", RULE.shares, None, SourceSplits({"Le Courrier": "test", "La Dépêche": "dev"}))


def take_in(world: World, rule: SplitRule, *documents: tuple[str, dict[str, Any]]) -> Ingested:
    reader = Texts(*(raw(f"{text}.txt", text, meta=meta) for text, meta in documents))
    return ingest(
        reader.paths,
        reader=reader,
        language=french,
        nearness=WordNearness(),
        store=world.store,
        schema=SCHEMA,
        rule=rule,
        progress=silent,
    )


def assignments(world: World) -> dict[str, Assignment]:
    with world.store.reading() as transaction:
        return transaction.documents.splits(transaction.seq)


def splits(world: World, *texts: str) -> list[tuple[str | None, str]]:
    by_id = assignments(world)
    return [(by_id[document_id(text)].split, by_id[document_id(text)].reason) for text in texts]


def test_documents_are_dealt_out_by_their_day(world: World) -> None:
    days = {"a b c": "2026-03-05", "d e f": "2026-02-05", "g h i": "2026-01-05"}
    report = take_in(world, BY_DAY, *((text, {"date": day}) for text, day in days.items()), ("j k l", {}))
    assert splits(world, *days) == [("test", "cut-off"), ("dev", "cut-off"), ("train", "cut-off")]
    assert splits(world, "j k l") == [(RULE.by_hash(document_id("j k l")), "hash")]
    assert (report.dealt.undated, report.dealt.otherwise, sum(report.dealt.splits.values())) == (1, 0, 4)


def test_documents_are_dealt_out_by_their_source(world: World) -> None:
    named = [("a b c", {"source": "Le Courrier"}), ("d e f", {"source": "La Dépêche"})]
    report = take_in(world, BY_SOURCE, *named, ("g h i", {"source": "Autre"}))
    assert splits(world, "a b c", "d e f") == [("test", "source"), ("dev", "source")]
    assert splits(world, "g h i")[0][1] == "hash"
    assert report.dealt.undated == 0


def test_a_near_duplicate_goes_with_its_like_and_is_counted(world: World) -> None:
    take_in(world, BY_DAY, ("a b c d", {"date": "2026-01-05"}))
    report = take_in(world, BY_DAY, ("a b c d e", {"date": "2026-03-05"}))
    assert splits(world, "a b c d e") == [("train", "near-duplicate")]
    assert report.dealt.otherwise == 1


@pytest.mark.parametrize("other", [BY_DAY, BY_SOURCE, SplitRule("tests", {**RULE.shares, "train": 0.7, "dev": 0.1})])
def test_another_rule_is_refused_once_documents_have_splits_and_nothing_is_taken_in(
    world: World, other: SplitRule
) -> None:
    take_in(world, RULE, ("a b c", {}))
    with world.store.reading() as transaction:
        before = transaction.seq
    with pytest.raises(CuratorError) as refusal:
        take_in(world, other, ("d e f", {}))
    assert "seed 'tests', train 0.6, dev 0.2, test 0.2" in refusal.value.what
    assert str(other) in refusal.value.where
    assert "set [split]" in refusal.value.remedy
    assert "\n" not in str(refusal.value)
    with world.store.reading() as transaction:
        assert transaction.seq == before
    assert len(assignments(world)) == 1
    assert take_in(world, RULE, ("d e f", {})).documents == 1


def test_a_rule_may_change_as_long_as_no_document_has_a_split(world: World) -> None:
    with world.store.writing() as transaction:
        transaction.documents.add([arrival("a b c", date="2026-03-05")])
    assert take_in(world, RULE).dealt.splits.total() == 1
    with world.sql.engine.begin() as connection:
        connection.exec_driver_sql("delete from split")
        connection.exec_driver_sql("delete from signature_key")
        connection.exec_driver_sql("delete from signed_document")
        connection.exec_driver_sql("insert into waiting_document select id from document")
    take_in(world, BY_DAY)
    assert splits(world, "a b c") == [("test", "cut-off")]
    with world.store.reading() as transaction:
        assert split_rule_value(transaction)["cutoff"]["test"] == "2026-03-01"


def test_a_run_that_began_by_another_rule_ends_where_that_of_another_run_is_in_force(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    near = WordNearness.signature

    def overtaken(self: WordNearness, text: str) -> list[int]:
        monkeypatch.undo()
        take_in(world, BY_DAY)
        return near(self, text)

    monkeypatch.setattr(WordNearness, "signature", overtaken)
    with pytest.raises(CuratorError, match="by another rule already"):
        take_in(world, RULE, ("a b c", {"date": "2026-03-05"}))
    assert splits(world, "a b c") == [("test", "cut-off")]
