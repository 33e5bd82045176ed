"""Decisions into versions: the same state gives the same bytes, and nothing goes unaccounted for."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.annotation import instant
from curator.domain.canonical import document_id
from curator.domain.document import SPLITS
from curator.domain.errors import CuratorError
from curator.domain.policy import Policy
from curator.domain.pseudonym import pseudonym
from curator.files.versions import VersionFolder
from curator.steps.curation.decide import Rules
from curator.steps.datasets.freeze import Frozen, freeze
from curator.steps.in_force.schema import adopt_schema
from tests.fakes.parts import NamePipeline, link, raw, region, schema_with_label
from tests.fakes.world import World

PARIS, EMPTY, LYON = "Marie Curie vit à Paris", "Rien de neuf", "Paul attaque Lyon  "
SALT = "salt"

Export = Callable[..., Frozen]


def export_of(world: World, folder: Path) -> Export:
    def export(name: str = "news", as_of: str | int | None = None, named: bool = False) -> Frozen:
        return freeze(
            name,
            store=world.store,
            storage=VersionFolder(folder),
            rules=Rules(Policy("latest"), named, SALT),
            read_content=READ_ANNOTATION,
            as_of=as_of,
            code_version="0",
        )

    return export


@pytest.fixture
def export(world: World, tmp_path: Path) -> Export:
    return export_of(world, tmp_path / "exports")


def records(frozen: Frozen) -> dict[str, dict[str, Any]]:
    lines = [line for split in SPLITS for line in (frozen.path / f"{split}.jsonl").read_text().splitlines()]
    return {value["text"]: value for value in map(json.loads, lines)}


def losses(frozen: Frozen) -> list[dict[str, Any]]:
    ledger: list[dict[str, Any]] = json.loads((frozen.path / "LOSSES.json").read_text())["losses"]
    return ledger


def data(frozen: Frozen) -> dict[str, bytes]:
    return {f"{split}.jsonl": (frozen.path / f"{split}.jsonl").read_bytes() for split in SPLITS}


def labels(record: dict[str, Any]) -> list[tuple[str, str]]:
    return [(span["label"], span["text"]) for spans in record["spans"].values() for span in spans]


@pytest.fixture
def reviewed(world: World) -> tuple[int, int, int]:
    """Three documents pushed; the first one annotated, the second reviewed as empty."""
    paris, empty, lyon = world.with_tasks(raw("a.txt", PARIS, meta={"b": 1, "a": [None]}), EMPTY, LYON)
    world.server.annotate(paris, [region(0, 11, "PER"), region(18, 23, "GPE")])
    world.server.annotate(empty, [])
    world.deliver()
    return paris, empty, lyon


def now(world: World) -> str:
    """Return the time of the store's newest change."""
    with world.sql.engine.connect() as connection:
        return str(connection.exec_driver_sql("select max(at) from tick").scalar())


def test_reviewed_documents_are_written_and_an_empty_review_is_one(
    world: World, reviewed: tuple[int, int, int], export: Export
) -> None:
    frozen = export()
    by_id = records(frozen)
    assert by_id.keys() == {PARIS, EMPTY}
    assert labels(by_id[PARIS]) == [("PER", "Marie Curie"), ("GPE", "Paris")]
    assert labels(by_id[EMPTY]) == []
    assert list(by_id[PARIS]["meta"].items()) == [("a", [None]), ("b", 1)]
    assert by_id[PARIS]["provenance"]["annotators"] == [pseudonym(SALT, "fake/1")]
    assert frozen.manifest["counts"]["documents"] == 2


def test_nothing_reviewed_is_nothing_to_export(world: World, export: Export) -> None:
    world.with_tasks(PARIS)
    with pytest.raises(CuratorError, match="no document is reviewed"):
        export()


def test_a_second_export_of_the_same_is_unchanged(world: World, reviewed: tuple[int, int, int], export: Export) -> None:
    first = export()
    second = export()
    assert (second.unchanged, second.version, second.digest) == (True, 1, first.digest)


def test_a_new_correction_is_a_new_version_and_the_old_one_stays(
    world: World, reviewed: tuple[int, int, int], export: Export
) -> None:
    first = export()
    before = data(first)
    world.server.annotate(reviewed[2], [region(13, 17, "GPE")])
    world.deliver()
    second = export()
    assert (second.unchanged, second.version) == (False, 2)
    assert second.manifest["parent"] == {"version": 1, "digest": first.digest}
    assert data(first) == before
    assert records(second).keys() == {PARIS, EMPTY, LYON}
    card = (second.path / "README.md").read_text(encoding="utf-8")
    assert "Documents since v1: 1 added, 0 removed, 0 changed." in card


def test_as_of_a_past_time_gives_the_bytes_of_that_time(
    world: World, reviewed: tuple[int, int, int], export: Export
) -> None:
    world.preannotate()
    moment = now(world)
    first = export()
    world.server.change(1, result=[])
    world.server.delete(2)
    world.server.annotate(reviewed[2], [region(0, 4, "PER")])
    world.deliver()
    world.ingest(raw("later.txt", PARIS, meta={"c": 2}), "Un document de plus")
    world.preannotate(NamePipeline(digest="d2"))
    adopt_schema(world.store, schema_with_label("ORG"), "tests")
    second = export()
    assert data(second) != data(first)
    again = export(as_of=moment)
    assert data(again) == data(first)
    assert again.digest == first.digest
    assert losses(again) == losses(first)
    assert records(second).keys() == {PARIS, LYON}


def test_as_of_a_time_before_everything_is_refused_with_the_reason(
    world: World, reviewed: tuple[int, int, int], export: Export
) -> None:
    with pytest.raises(CuratorError, match="empty then"):
        export(as_of=instant("2001-01-01"))


def test_what_was_decided_once_is_not_decided_again(
    world: World, reviewed: tuple[int, int, int], export: Export
) -> None:
    export("one")
    with world.store.reading() as transaction:
        before = transaction.counts()["decisions"]
    calls: list[int] = []

    def counted(*arguments: Any) -> Any:
        calls.append(1)
        return READ_ANNOTATION(*arguments)

    freeze(
        "two",
        store=world.store,
        storage=VersionFolder(world.folder / "other"),
        rules=Rules(Policy("latest"), False, SALT),
        read_content=counted,
        as_of=None,
        code_version="0",
    )
    assert calls == []
    with world.store.reading() as transaction:
        assert transaction.counts()["decisions"] == before


def test_a_label_added_later_is_decided_on_and_counted(
    world: World, reviewed: tuple[int, int, int], export: Export
) -> None:
    export()
    adopt_schema(world.store, schema_with_label("ORG"), "tests")
    second = export()
    assert second.version == 2
    assert second.manifest["counts"]["spans"]["entities"] == {"PER": 1, "GPE": 1, "ORG": 0}


def test_the_newest_of_two_annotators_is_taken_and_the_other_accounted_for(
    world: World, reviewed: tuple[int, int, int], export: Export
) -> None:
    other = world.server.add_user("other@example.org")
    world.server.annotate(reviewed[0], [region(0, 11, "PER")], user=other)
    world.deliver()
    frozen = export()
    record = records(frozen)[PARIS]
    assert labels(record) == [("PER", "Marie Curie")]
    assert record["provenance"]["annotators"] == [pseudonym(SALT, f"fake/{other}")]
    assert losses(frozen) == [
        {
            "document": document_id(PARIS),
            "kind": "span",
            "item": {"layer": "entities", "start": 18, "end": 23, "label": "GPE"},
            "reason": "policy:latest",
        }
    ]


def test_ground_truth_goes_before_newer(world: World, reviewed: tuple[int, int, int], export: Export) -> None:
    world.server.annotate(reviewed[0], [])
    world.server.change(1, ground_truth=True)
    world.server.change(3, result=[region(0, 5, "GPE")])
    world.deliver()
    record = records(export())[PARIS]
    assert labels(record) == [("PER", "Marie Curie"), ("GPE", "Paris")]
    assert record["provenance"]["ground_truth"] is True


def test_a_skipped_document_is_undecided_and_listed(
    world: World, reviewed: tuple[int, int, int], export: Export
) -> None:
    world.server.annotate(reviewed[2], [region(0, 4, "PER")], was_cancelled=True)
    world.deliver()
    frozen = export()
    assert LYON not in records(frozen)
    reasons = {(loss["kind"], loss["reason"]) for loss in losses(frozen) if loss["document"] == document_id(LYON)}
    assert reasons == {("document", "undecided"), ("span", "skipped:latest")}


def test_losses_that_came_since_make_no_version_and_are_told_beside_those_of_the_file(
    world: World, reviewed: tuple[int, int, int], export: Export
) -> None:
    world.server.change(1, ground_truth=True)
    world.deliver()
    first = export()
    assert (first.losses, first.losses_now) == ({}, None)
    world.server.annotate(reviewed[0], [region(0, 5, "GPE")], user=world.server.add_user("other@example.org"))
    world.server.annotate(reviewed[2], [region(0, 4, "PER")], was_cancelled=True)
    world.deliver()
    second = export()
    assert (second.unchanged, second.losses, losses(second)) == (True, {}, [])
    assert second.losses_now == {"policy:latest": 1, "skipped:latest": 1, "undecided": 1}
    third = export("other")
    assert (third.losses, third.losses_now) == (second.losses_now, None)
    assert (export("other").losses, export("other").losses_now) == (third.losses, None)


def test_a_document_that_bridges_splits_is_listed_with_all_it_holds(world: World, export: Export) -> None:
    left, right, bridge = "a b c d", "e f g h", "a b c d e f g h"
    world.ingest(raw("l:1", left, split="train"), raw("r:1", right, split="test"))
    tasks = world.with_tasks(left, bridge)
    world.server.annotate(tasks[0], [])
    regions = [region(0, 1, "PER"), region(2, 3, "ATTACK", "events"), link("r2-3-ATTACK", "r0-1-PER")]
    world.server.annotate(tasks[1], regions)
    world.deliver()
    frozen = export()
    assert records(frozen).keys() == {left}
    listed = losses(frozen)
    assert {loss["reason"] for loss in listed} == {"bridges-splits"}
    assert sorted(loss["kind"] for loss in listed) == ["document", "relation", "span", "span"]


def test_every_span_and_relation_is_written_or_listed(
    world: World, reviewed: tuple[int, int, int], export: Export
) -> None:
    result = [
        region(0, 4, "PER"),
        region(0, 4, "PER", id="again"),
        region(0, 12, "GPE"),
        region(13, 19, "GPE"),
        region(12, 13, "GPE"),
        region(5, 12, "ATTACK", "events"),
        region(0, 900, "PER"),
        region(0, 4, "NOBODY"),
        link("r5-12-ATTACK", "r13-19-GPE"),
        link("r5-12-ATTACK", "r0-4-PER", "agent"),
        link("r5-12-ATTACK", "r0-4-PER", "cousin"),
    ]
    world.server.annotate(reviewed[2], result)
    world.deliver()
    frozen = export()
    record = records(frozen)[LYON]
    listed = [loss for loss in losses(frozen) if loss["document"] == document_id(LYON)]
    written = [span["id"] for spans in record["spans"].values() for span in spans]
    assert written == ["entities:0-12:GPE", "entities:13-17:GPE", "events:5-12:ATTACK"]
    assert [relation["child"] for relation in record["relations"]] == ["entities:13-17:GPE"]
    reasons = sorted((loss["kind"], loss["reason"]) for loss in listed)
    assert reasons == [
        ("quarantined", "quarantined:offsets-outside-text"),
        ("quarantined", "quarantined:unknown-label"),
        ("quarantined", "quarantined:unknown-relation"),
        ("relation", "span-left-out"),
        ("span", "blank"),
        ("span", "doubled"),
        ("span", "overlaps-longer"),
        ("span", "trimmed"),
    ]
    # The one that was trimmed is both written and listed.
    assert len(written) + len(record["relations"]) + len(listed) - 1 == len(result)


def test_annotators_keep_their_names_only_where_that_is_asked_for(
    world: World, reviewed: tuple[int, int, int], export: Export
) -> None:
    world.sync()
    hidden = export("hidden")
    assert b"admin@example.org" not in b"".join(data(hidden).values())
    shown = records(export("shown", named=True))
    assert shown[PARIS]["provenance"]["annotators"] == ["admin@example.org"]
