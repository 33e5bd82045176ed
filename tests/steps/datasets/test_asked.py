"""What one export asks for is of that export alone: others, the rules in force and the past stay as they are."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.canonical import document_id
from curator.domain.document import SPLITS
from curator.domain.errors import CuratorError
from curator.domain.filters import Filters
from curator.domain.policy import Policy, policy_from_text
from curator.domain.pseudonym import pseudonym
from curator.domain.span import Content, Span
from curator.files.versions import VersionFolder
from curator.steps.curation.decide import Rules
from curator.steps.curation.decide_by_person import decide_by_person
from curator.steps.datasets.asked import Asked
from curator.steps.datasets.folder import stored_version, write_folder
from curator.steps.datasets.freeze import Frozen, freeze
from curator.steps.in_force.rules import rules_in_force
from curator.store.views.overview import SqlOverview
from curator.views.progress import DocumentState
from tests.fakes.parts import NamePipeline, region
from tests.fakes.world import World
from tests.steps.datasets.test_freeze import EMPTY, PARIS, SALT, labels, losses, now, records

MARIE, PLACE = region(0, 11, "PER"), region(18, 23, "GPE")
LATEST, UNION, MAJORITY = Policy("latest"), Policy("union"), Policy("majority")
Export = Callable[..., Frozen]


@pytest.fixture
def export(world: World, tmp_path: Path) -> Export:
    def export(
        policy: Policy | None = None, as_of: str | None = None, configured: Policy = LATEST, **filters: Any
    ) -> Frozen:
        return freeze(
            "news",
            store=world.store,
            storage=VersionFolder(tmp_path / "exports"),
            rules=Rules(configured, False, SALT),
            read_content=READ_ANNOTATION,
            as_of=as_of,
            code_version="0",
            asked=Asked(policy, {}, Filters(**filters)),
        )

    return export


@pytest.fixture
def ada(world: World) -> int:
    """One document with the annotations of two people, and one with that of the first; the other's user."""
    both, empty = world.with_tasks(PARIS, EMPTY)
    ada = world.server.add_user("ada@example.org")
    world.server.annotate(both, [MARIE, PLACE])
    world.server.annotate(both, [MARIE], user=ada)
    world.server.annotate(empty, [])
    world.deliver()
    return ada


def files(frozen: Frozen) -> dict[str, bytes]:
    return {str(path.relative_to(frozen.path)): path.read_bytes() for path in frozen.path.rglob("*.jsonl")}


def decisions(world: World) -> int:
    with world.sql.engine.connect() as connection:
        return int(connection.exec_driver_sql("select count(*) from decision").scalar() or 0)


def test_exports_by_policies_in_turn_are_unchanged_each_and_decide_nothing_again(
    world: World, ada: int, export: Export
) -> None:
    asked: list[dict[str, Any]] = [{}, {"policy": UNION}, {"policy": MAJORITY}, {"labels": ("PER",)}]
    first = [export(**what) for what in asked]
    assert [frozen.version for frozen in first] == [1, 2, 3, 4]
    made = decisions(world)
    for _ in range(2):
        for what, before in zip(asked, first, strict=True):
            again = export(**what)
            assert (again.unchanged, again.version, again.digest) == (True, before.version, before.digest)
    assert decisions(world) == made
    assert [labels(records(frozen)[PARIS]) for frozen in first] == [
        [("PER", "Marie Curie")],
        [("PER", "Marie Curie"), ("GPE", "Paris")],
        [("PER", "Marie Curie")],
        [("PER", "Marie Curie")],
    ]


def test_what_an_export_asks_for_comes_not_into_force(world: World, ada: int, export: Export) -> None:
    export(UNION, annotators=(pseudonym(SALT, f"fake/{ada}"),))
    with world.store.reading() as transaction:
        assert rules_in_force(transaction.settings) == {"policy": "latest", "annotators": "pseudonym"}
    overview = SqlOverview(world.sql, world.sql_inbox, READ_ANNOTATION)
    assert overview.progress().documents[DocumentState.REVIEWED] == 0
    export()
    assert overview.progress().documents[DocumentState.REVIEWED] == 2
    shown = overview.document(document_id(PARIS))
    assert shown is not None
    assert shown.current is not None
    assert (shown.decided, [span.label for span in shown.current.content.spans]) == (True, ["PER"])


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"policy": UNION},
        {"policy": policy_from_text("majority:at_least=0.5,match=overlap"), "min_annotations": 2},
        {"each_annotation": True},
        {"labels": ("GPE",), "policy": UNION},
        {"silver": 0.5},
    ],
)
def test_a_past_export_gives_what_the_same_export_gave_then(
    world: World, ada: int, export: Export, asked: dict[str, Any], tmp_path: Path
) -> None:
    world.ingest("Jeanne dort à Lyon", "Le jour se lève à Nice", "Le soir tombe")
    world.preannotate()
    then = export(**asked)
    before, moment = files(then), now(world)
    assert "silver" not in asked or before["silver.jsonl"]
    (task,) = world.with_tasks("Jeanne dort à Lyon")
    for user in (1, ada):
        world.server.annotate(task, [region(14, 18, "GPE")], user=user)
    world.deliver()
    world.preannotate(NamePipeline(digest="later", score=0.1))
    assert not export(configured=UNION, **asked).unchanged
    past = export(as_of=moment, configured=UNION, **asked)
    assert (past.unchanged, past.version, past.digest) == (True, then.version, then.digest)
    assert files(past) == before


def test_a_version_with_filters_is_written_again_byte_for_byte(
    world: World, ada: int, export: Export, tmp_path: Path
) -> None:
    frozen = export(UNION, labels=("GPE",), min_annotations=2)
    before = {path.name: path.read_bytes() for path in frozen.path.rglob("*") if path.is_file()}
    frozen.path.rename(tmp_path / "away")
    version = stored_version(world.store, "news", 1)
    assert version is not None
    assert write_folder(version, store=world.store, storage=VersionFolder(tmp_path / "exports"))
    assert {path.name: path.read_bytes() for path in frozen.path.rglob("*") if path.is_file()} == before


def decide(world: World) -> None:
    decide_by_person(
        document_id(PARIS),
        "grace",
        Content((Span("entities", 18, 23, "GPE"),)),
        store=world.store,
        rules=Rules(LATEST, False, SALT),
        read_content=READ_ANNOTATION,
    )


@pytest.mark.parametrize("policy", ["latest", "majority", "union", "intersection", "ground-truth", "adjudicated"])
def test_what_a_person_decided_holds_whatever_the_policy(world: World, ada: int, export: Export, policy: str) -> None:
    decide(world)
    record = records(export(Policy(policy), since="2999-01-01T00:00:00.000000Z"))[PARIS]
    assert (labels(record), record["provenance"]["policy"]) == ([("GPE", "Paris")], "person")


def test_documents_that_no_person_decided_are_listed_where_only_those_count(
    world: World, ada: int, export: Export
) -> None:
    decide(world)
    frozen = export(Policy("adjudicated"))
    assert records(frozen).keys() == {PARIS}
    (empty,) = [loss for loss in losses(frozen) if loss["document"] == document_id(EMPTY)]
    assert (empty["kind"], empty["reason"]) == ("document", "not-adjudicated")


def test_what_a_person_decided_passes_filters_by_its_spans_and_its_person(
    world: World, ada: int, export: Export
) -> None:
    decide(world)
    assert labels(records(export(labels=("PER",)))[PARIS]) == []
    assert records(export(annotators=(pseudonym(SALT, "grace"),))).keys() == {PARIS}
    assert records(export(annotators=(pseudonym(SALT, "fake/1"),))).keys() == {EMPTY}
    assert records(export(min_annotations=2)).keys() == {PARIS}
    with pytest.raises(CuratorError, match="the filters leave nothing"):
        export(min_annotations=3)


def test_each_annotation_has_a_record_whatever_a_person_decided(world: World, ada: int, export: Export) -> None:
    decide(world)
    frozen = export(each_annotation=True)
    lines = [line for split in SPLITS for line in (frozen.path / f"{split}.jsonl").read_text().splitlines()]
    assert len(lines) == 3
    for split in SPLITS:
        ids = [json.loads(line)["id"] for line in (frozen.path / f"{split}.jsonl").read_text().splitlines()]
        assert ids == sorted(set(ids))


def test_two_annotations_of_one_annotator_have_records_of_their_own(world: World, export: Export) -> None:
    (task,) = world.with_tasks(PARIS)
    for body in ([MARIE], [PLACE]):
        world.server.annotate(task, body)
    world.deliver()
    frozen = export(each_annotation=True)
    lines = [line for split in SPLITS for line in (frozen.path / f"{split}.jsonl").read_text().splitlines()]
    name = f"{document_id(PARIS)}#{pseudonym(SALT, 'fake/1')}"
    assert [json.loads(line)["id"] for line in lines] == [name, f"{name}.2"]


def test_everything_annotated_is_written_or_listed_under_filters(world: World, ada: int, export: Export) -> None:
    for asked in ({"labels": ("PER",)}, {"layers": ("events",)}, {"annotators": (pseudonym(SALT, "fake/1"),)}):
        frozen = export(UNION, **asked)
        kept = {span["id"] for record in records(frozen).values() for of in record["spans"].values() for span in of}
        listed = {
            "{layer}:{start}-{end}:{label}".format(**loss["item"]) for loss in losses(frozen) if loss["kind"] == "span"
        }
        assert kept | listed == {"entities:0-11:PER", "entities:18-23:GPE"}


def test_annotations_of_a_document_that_no_file_may_hold_are_listed_each(
    world: World, ada: int, export: Export
) -> None:
    with world.sql.engine.begin() as connection:
        gone = "delete from split where document = ?"
        connection.exec_driver_sql(gone, (document_id(PARIS),))
    frozen = export(each_annotation=True)
    assert records(frozen).keys() == {EMPTY}
    assert sorted((loss["kind"], loss["reason"]) for loss in losses(frozen)) == [
        ("document", "no-split"),
        *[("span", "no-split")] * 3,
    ]


def test_documents_that_a_policy_in_force_decides_nothing_of_are_undecided_to_pages(
    world: World, ada: int, export: Export
) -> None:
    decide(world)
    export(configured=Policy("adjudicated"))
    progress = SqlOverview(world.sql, world.sql_inbox, READ_ANNOTATION).progress().documents
    assert (progress[DocumentState.REVIEWED], progress[DocumentState.UNDECIDED]) == (1, 1)
