"""Documents in: once each, split once, with what came along."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from curator.domain.canonical import document_id
from curator.domain.split import BRIDGES, Assignment
from curator.steps.intake.ingest import assign_splits
from curator.store.database import SqlStore
from curator.store.engines import open_engine
from curator.store.migrate import upgrade
from tests.fakes.parts import RULE, WordNearness, raw, refused
from tests.fakes.world import World
from tests.store.conftest import arrival
from tests.store.test_migrations import upgrade_to

ONE = "Paris annonce une trêve avec Tripoli"
NEAR_ONE = "Paris annonce une trêve avec Benghazi"
OTHER = "Le ministre rencontre son homologue malien"


def splits(world: World) -> dict[str, Assignment]:
    with world.store.reading() as transaction:
        return transaction.documents.splits(transaction.seq)


def counts(world: World) -> dict[str, int]:
    with world.store.reading() as transaction:
        return dict(transaction.counts())


def test_a_second_ingest_of_the_same_adds_nothing(world: World) -> None:
    first = world.ingest(raw("a.txt", ONE), raw("b.txt", OTHER))
    before = counts(world)
    second = world.ingest(raw("a.txt", ONE), raw("b.txt", OTHER))
    assert (first.documents, first.sources, first.known) == (2, 2, 0)
    assert (second.documents, second.sources, second.known) == (0, 0, 2)
    assert counts(world) == before


def test_a_text_found_in_two_places_is_one_document_with_two_sources(world: World) -> None:
    report = world.ingest(raw("a.txt", ONE), raw("b.txt", ONE))
    assert (report.documents, report.sources) == (1, 2)
    with world.store.reading() as transaction:
        assert transaction.documents.first_sources([document_id(ONE)]) == {document_id(ONE): "a.txt"}


def test_twins_that_differ_in_line_ends_are_one_document(world: World) -> None:
    report = world.ingest(
        raw("lf.txt", "Un.\nDeux."), raw("crlf.txt", "\ufeffUn.\r\nDeux."), raw("cr.txt", "Un.\rDeux.")
    )
    assert (report.documents, report.sources) == (1, 3)
    with world.store.reading() as transaction:
        assert [document.text for document in transaction.documents.all()] == ["Un.\nDeux."]


def test_what_is_refused_does_not_stop_the_rest(world: World) -> None:
    report = world.ingest(refused("empty.txt"), raw("nul.txt", "a\x00b"), raw("en.txt", "The Hague"), raw("a.txt", ONE))
    assert report.documents == 1
    assert [refusal.name for refusal in report.refused] == ["empty.txt", "nul.txt", "en.txt"]
    assert all(refusal.name in str(refusal.error) for refusal in report.refused)
    assert "the `lang` 'fr': a key of a .jsonl, a column of a .csv" in report.refused[-1].error.remedy


def test_a_language_that_was_given_is_believed(world: World) -> None:
    assert world.ingest(raw("en.txt", "The Hague", lang="fr")).documents == 1
    report = world.ingest(raw("it.txt", "Bakou dément", lang="it"), raw("fr.txt", "Goma résiste", lang="fr"))
    assert [refusal.name for refusal in report.refused] == ["it.txt"]
    assert (report.documents, report.doubtful) == (1, [])


def test_a_text_that_may_be_in_the_language_is_taken_in_and_marked(world: World) -> None:
    doubtful, sure = "Séoul riposte", ONE
    report = world.ingest(raw("short.txt", doubtful), raw("a.txt", sure))
    assert (report.documents, report.refused) == (2, [])
    assert report.doubtful == [("short.txt", "it")]
    with world.store.reading() as transaction:
        documents = transaction.documents.by_id([document_id(doubtful), document_id(sure)])
    assert {document.lang for document in documents.values()} == {"fr"}
    assert world.ingest(raw("short.txt", doubtful)).doubtful == [("short.txt", "it")]


def test_spans_that_come_along_are_carried_to_the_canonical_text(world: World) -> None:
    text = "E\u0301mile\r\nvit à Paris."
    spans = [
        {"start": 0, "end": 6, "label": "PER", "text": "E\u0301mile"},
        {"start": 14, "end": 19, "label": "GPE", "id": "p"},
        {"start": 0, "end": 1, "label": "PER"},
        {"start": 8, "end": 99, "label": "PER"},
        {"start": 8, "end": 11, "label": "NOBODY"},
    ]
    report = world.ingest(raw("a.jsonl:1", text, annotations={"spans": spans}))
    assert (report.spans, report.quarantined) == (2, 3)
    with world.store.reading() as transaction:
        (document,) = transaction.documents.all()
        (stored,) = transaction.tasks.newest_predictions([document.id])[document.id]
        assert counts(world)["quarantined"] == 3
    content = stored.prediction.content
    assert stored.prediction.pipeline.name == "given"
    assert [document.text[span.start : span.end] for span in content.spans] == ["Émile", "Paris"]


def test_near_duplicates_share_a_split_however_late_they_come(world: World) -> None:
    world.ingest(ONE)
    world.ingest(NEAR_ONE)
    assignments = splits(world)
    assert assignments[document_id(NEAR_ONE)].split == assignments[document_id(ONE)].split
    assert assignments[document_id(NEAR_ONE)].reason == "near-duplicate"
    assert assignments[document_id(ONE)].reason == "hash"


def test_a_given_split_is_honoured_and_draws_near_duplicates_along(world: World) -> None:
    hashed = RULE.by_hash(document_id(ONE))
    wanted = next(split for split in ("train", "dev", "test") if split != hashed)
    world.ingest(NEAR_ONE, raw("given.jsonl:1", ONE, split=wanted))
    assignments = splits(world)
    assert assignments[document_id(ONE)] == Assignment(document_id(ONE), wanted, "given")
    assert assignments[document_id(NEAR_ONE)].split == wanted


def test_a_split_that_was_assigned_never_changes(world: World) -> None:
    world.ingest(ONE, OTHER)
    before = splits(world)
    another = next(split for split in ("train", "dev", "test") if split != before[document_id(ONE)].split)
    world.ingest(raw("later.jsonl:1", ONE, split=another))
    assert splits(world) == before


def test_a_document_that_would_join_two_splits_gets_none(world: World) -> None:
    left, right = "a b c d", "e f g h"
    world.ingest(raw("l.jsonl:1", left, split="train"), raw("r.jsonl:1", right, split="test"))
    bridge = "a b c d e f g h"
    world.ingest(bridge)
    assert splits(world)[document_id(bridge)] == Assignment(document_id(bridge), None, BRIDGES)


def test_a_given_split_against_that_of_a_near_duplicate_is_none(world: World) -> None:
    world.ingest(raw("a.jsonl:1", ONE, split="train"))
    world.ingest(raw("b.jsonl:1", NEAR_ONE, split="test"))
    assert splits(world)[document_id(NEAR_ONE)] == Assignment(document_id(NEAR_ONE), None, BRIDGES)


def test_an_interrupted_ingest_gets_its_splits_the_next_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curator.steps.intake.ingest.assign_splits", lambda *_: None)
    world.ingest(ONE)
    assert splits(world) == {}
    monkeypatch.undo()
    assign_splits(world.store, WordNearness(), RULE)
    assert splits(world).keys() == {document_id(ONE)}


class OtherNearness(WordNearness):
    """Nearness by another scheme, whose signatures have nothing to do with the first one's."""

    scheme = "shifted words"

    def signature(self, text: str) -> list[int]:
        return [key // 2 for key in super().signature(text)]


def test_signatures_of_another_scheme_are_made_anew_and_no_split_changes(world: World) -> None:
    world.ingest(raw("a.jsonl:1", ONE, split="test"), raw("b.jsonl:1", OTHER, split="train"))
    before = splits(world)
    with world.store.writing() as transaction:
        transaction.documents.add([arrival(NEAR_ONE)])
    assign_splits(world.store, OtherNearness(), RULE)
    after = splits(world)
    assert after.pop(document_id(NEAR_ONE)).split == "test"
    assert after == before
    with world.store.reading() as transaction:
        assert transaction.signatures.waiting() == []
        own = WordNearness().signature(ONE)
        assert not any(document_id(ONE) in holders for holders in transaction.signatures.holders(own).values())


def test_what_an_upgraded_store_holds_is_found_by_the_next_ingest(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    upgrade_to(engine, "0006")
    with engine.begin() as connection:
        connection.execute(text("insert into counter (id, value) values (1, 4)"))
        document = text("insert into document (id, seq, lang, text) values (:id, 1, 'fr', :text)")
        connection.execute(document, [{"id": document_id(known), "text": known} for known in (ONE, OTHER)])
        connection.execute(text("insert into band (hash, document) values (7, :id)"), {"id": document_id(ONE)})
        split = text("insert into split (document, seq, split, reason) values (:id, 2, :split, 'hash')")
        connection.execute(split, [{"id": document_id(ONE), "split": "test"}])
    assert upgrade(engine)
    store = SqlStore(engine)
    with store.writing() as transaction:
        transaction.documents.add([arrival(NEAR_ONE)])
    assign_splits(store, WordNearness(), RULE)
    with store.reading() as transaction:
        assignments = transaction.documents.splits(transaction.seq)
        assert transaction.signatures.waiting() == []
    engine.dispose()
    assert assignments[document_id(ONE)] == Assignment(document_id(ONE), "test", "hash")
    assert assignments[document_id(NEAR_ONE)] == Assignment(document_id(NEAR_ONE), "test", "near-duplicate")
    assert assignments[document_id(OTHER)].reason == "hash"


_WORDS = st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=4, unique=True).map(" ".join)
_GIVEN = st.sampled_from([None, None, "train", "test"])


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(st.tuples(_WORDS, _GIVEN), min_size=2, max_size=8), seed=st.randoms(use_true_random=False))
@example(texts=[("a b", "train"), ("a b", "test")], seed=Random(2))
def test_the_order_of_files_does_not_matter_for_splits(
    begin: Callable[[], World], texts: list[tuple[str, str | None]], seed: Random
) -> None:
    shuffled = list(texts)
    seed.shuffle(shuffled)
    outcomes = []
    for order in (texts, shuffled, list(reversed(texts))):
        world = begin()
        world.ingest(*(raw(f"{text}-{split}.jsonl:1", text, split=split) for text, split in order))
        outcomes.append(splits(world))
    assert outcomes[0] == outcomes[1] == outcomes[2]
