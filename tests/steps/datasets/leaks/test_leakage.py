"""What leaks between splits is found and counted, whatever order it lies in; what does not leak is not named."""

import random
from pathlib import Path
from typing import Any

import pytest

from curator.domain.canonical import document_id
from curator.domain.dataset_ref import DatasetRef
from curator.domain.errors import CuratorError
from curator.domain.split import Assignment
from curator.files.nearness import SketchNearness
from curator.files.versions import VersionFolder
from curator.spacy_models.lemmas import french_lemma
from curator.steps.datasets.leaks.leakage import Leakage, leakage
from curator.steps.datasets.leaks.straddling import _BATCH
from curator.steps.in_force.split_rule import put_split_rule
from tests.fakes.annotations import annotation_state, identity
from tests.fakes.parts import RULE, region, silent
from tests.fakes.world import World
from tests.steps.datasets.test_freeze import export_of
from tests.store.conftest import arrival

REF = DatasetRef("news", 1)
Document = tuple[str, str, list[dict[str, Any]]]
"""Split, text and what an annotator marked."""


def article(seed: object, words: int = 60) -> str:
    rng = random.Random(str(seed))
    return " ".join("".join(rng.choices("abcdefghijkl", k=6)) for _ in range(words))


def reprint(text: str, seed: int = 1) -> str:
    """Return a text with a tenth of its words changed."""
    rng = random.Random(seed)
    words = text.split()
    for at in rng.sample(range(len(words)), len(words) // 10):
        words[at] = f"autre{at}"
    return " ".join(words)


def write(world: World, *documents: Document, reason: str = "given") -> None:
    """Export a version of documents whose splits nobody kept apart."""
    with world.store.writing() as transaction:
        put_split_rule(transaction, RULE)
        transaction.documents.add([arrival(text) for _, text, _ in documents])
        ids = [document_id(text) for _, text, _ in documents]
        splits = [split for split, _, _ in documents]
        transaction.documents.assign([Assignment(*pair, reason) for pair in zip(ids, splits, strict=True)])
        for number, (document, (_, _, marked)) in enumerate(zip(ids, documents, strict=True), start=1):
            state = annotation_state(identity(number), marked)
            transaction.revisions.append(state.identity, document, state)
    export_of(world, world.folder / "exports")()


def report(world: World, *, stored: bool = True) -> Leakage:
    return leakage(
        REF,
        store=world.store if stored else None,
        storage=VersionFolder(world.folder / "exports"),
        nearness=SketchNearness(),
        lemma=french_lemma,
        progress=silent,
    )


def test_the_same_words_in_two_splits_are_an_exact_pair(world: World) -> None:
    text = article(1)
    write(
        world,
        ("train", text, [region(0, 6, "PER")]),
        ("test", f"{text.upper()} !", [region(0, 6, "GPE")]),
        ("dev", article(2), []),
    )
    found = report(world)
    (pair,) = found.pairs
    assert (pair.kind, pair.left_split, pair.right_split, pair.labels_differ) == ("exact", "train", "test", True)
    assert (pair.left, pair.right) == (document_id(text), document_id(f"{text.upper()} !"))
    assert found.leaks
    assert list(found.same_text) == [(pair.left, pair.right)]
    (surface,) = found.same_surface
    assert surface == {"layer": "entities", "surface": text[:6], "labels": {"GPE": 1, "PER": 1}}


def test_near_duplicates_of_different_splits_are_pairs_and_those_of_one_are_not(world: World) -> None:
    texts = [article(at) for at in range(_BATCH + 20)]
    reprints = [reprint(text, at) for at, text in enumerate(texts)]
    write(
        world,
        *(("train", text, []) for text in texts),
        *(("train" if at < 5 else "test", text, []) for at, text in enumerate(reprints)),
    )
    pairs = {(pair.left, pair.right): pair.kind for pair in report(world).pairs}
    wanted = {
        (document_id(text), document_id(changed))
        for text, changed in zip(texts[5:], reprints[5:], strict=True)
        if SketchNearness().near(text, changed)
    }
    assert set(pairs.values()) == {"near"}
    assert pairs.keys() <= wanted
    assert len(pairs) >= 0.99 * len(wanted) > _BATCH


def test_an_article_printed_in_every_split_a_hundred_times_gives_no_quadratic_list(world: World) -> None:
    text = article(1)
    documents: list[Document] = [
        (("train", "dev", "test")[at % 3], f"{text}{' ' * (at // 3 + 1)}{'!' * (at % 3)}.", []) for at in range(90)
    ]
    write(world, *documents)
    pairs = report(world).pairs
    assert {document for pair in pairs for document in (pair.left, pair.right)} > {
        document_id(text) for split, text, _ in documents if split == "test"
    }
    assert len(pairs) <= 2 * len(documents)


def test_what_is_unseen_is_counted_by_layer_and_triggers_by_lemma(world: World) -> None:
    write(
        world,
        ("train", "Paris attaquait hier encore", [region(0, 5, "GPE"), region(6, 15, "ATTACK", "events")]),
        (
            "test",
            "PARIS attaqua et Lyon frappe",
            [
                region(0, 5, "GPE"),
                region(6, 13, "ATTACK", "events"),
                region(17, 21, "GPE"),
                region(22, 28, "ATTACK", "events"),
            ],
        ),
    )
    found = report(world)
    assert not found.leaks
    assert (found.surfaces["entities"]["test"]["kinds"], found.surfaces["entities"]["test"]["unseen_kinds"]) == (2, 1)
    assert found.surfaces["events"]["test"]["unseen_kinds"] == 2
    assert found.lemmas["test"]["unseen_kinds"] == 1
    assert found.labels["entities"]["test"] == {"GPE": 2}
    assert found.distances["entities"] == {"dev": None, "test": 0.0}


def test_drift_from_the_wanted_shares_is_told_with_its_reasons_where_a_store_is(world: World) -> None:
    texts = [article(at) for at in range(20)]
    write(world, *(("train", text, []) for text in texts), reason="near-duplicate")
    elsewhere = sum(RULE.by_hash(document_id(text)) != "train" for text in texts)
    drift = report(world).drift
    assert drift is not None
    assert elsewhere > 0
    assert (drift.wanted, drift.actual) == (RULE.shares, {"train": 1.0, "dev": 0.0, "test": 0.0})
    assert (drift.otherwise, drift.reasons) == (elsewhere, {"near-duplicate": elsewhere})
    alone = report(world, stored=False).drift
    assert alone is not None
    assert (alone.otherwise, alone.reasons) == (elsewhere, None)


def test_a_version_that_was_changed_is_refused(world: World) -> None:
    write(world, ("train", article(1), []))
    path: Path = world.folder / "exports" / "news" / "v1" / "train.jsonl"
    path.write_bytes(path.read_bytes() + b"\n")
    for stored in (True, False):
        with pytest.raises(CuratorError, match="was changed on disk"):
            report(world, stored=stored)
