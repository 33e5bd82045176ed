"""Annotations from elsewhere come in once, with their documents, and come in again only where they changed."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.annotation import Revision
from curator.domain.canonical import document_id
from curator.domain.errors import CuratorError
from curator.domain.offset_units import OFFSETS_IN_DOUBT
from curator.domain.policy import Policy
from curator.domain.record import Record, record_from_line
from curator.domain.split import SplitRule
from curator.steps.curation.decide import Decider, Rules
from curator.steps.intake.import_annotations import ImportReport
from curator.steps.ports.imports import LeftOut
from curator.steps.ports.stored_quarantine import QuarantinedRow
from tests.fakes.deciding import decide_all
from tests.fakes.importing import ADA, LATER, imported, marked, take
from tests.fakes.parts import refused, region
from tests.fakes.world import World

TEXT = "Marie Curie est née à Varsovie."
OTHER = "Paul vit à Lyon, Anne à Nice."
MARIE = (0, 11, "PER")
VARSOVIE = (22, 30, "GPE")
ZOE = "Zoé Martin"


def rows(world: World) -> dict[str, int]:
    """Return how many rows each table has, but for those that only keep the time."""
    with world.sql.engine.connect() as connection:
        names = connection.scalars(text("select name from sqlite_master where type = 'table'")).all()
        counts = {name: connection.scalar(text(f"select count(*) from {name}")) for name in names}
    return {name: count for name, count in counts.items() if name != "tick"}


def revisions(world: World, of: str = TEXT) -> list[Revision]:
    with world.store.reading() as transaction:
        return list(transaction.revisions.current_revisions(document_id(of)))


def contents(world: World, of: str = TEXT) -> list[set[tuple[int, int, str]]]:
    states = [revision.state for revision in revisions(world, of)]
    read = [READ_ANNOTATION(state, of, world.schema) for state in states if state is not None]
    return [{(span.start, span.end, span.label) for span in content.spans} for content in read]


def held(world: World) -> list[QuarantinedRow]:
    with world.store.reading() as transaction:
        return transaction.quarantine.history()


def records(world: World, policy: str = "latest") -> list[Record]:
    rules = Rules(Policy(policy), named_annotators=True, salt="s")
    with world.store.reading() as transaction:
        seq = transaction.seq
    documents = decide_all(world.store, Decider(world.schema, rules, READ_ANNOTATION), seq)
    return [record_from_line(document.line) for document in documents if document.line is not None]


def test_annotations_come_in_with_their_documents(world: World) -> None:
    report = take(
        world,
        imported(TEXT, marked(MARIE, VARSOVIE, ground_truth=True, lead_time=4.5, updated_at=LATER), meta={"n": 1}),
        imported(OTHER, marked(skipped=True)),
    )
    assert (report.documents, report.new_documents, report.annotations, report.spans) == (2, 2, 2, 2)
    (revision,) = revisions(world)
    assert revision.state is not None
    state = revision.state
    assert (revision.identity.source, revision.identity.created_at, state.updated_at) == ("import", LATER, LATER)
    assert (state.annotator, state.updated_by, state.ground_truth, state.lead_time) == (ADA, ADA, True, 4.5)
    assert (state.for_review, state.skipped, state.task) == (False, False, None)
    (skipped,) = revisions(world, OTHER)
    assert skipped.state is not None
    assert skipped.state.skipped
    (record,) = records(world)
    assert (record.text, record.provenance.annotators, record.meta) == (TEXT, (ADA,), {"n": 1})


def test_the_same_again_adds_no_row_wherever_it_is_read(world: World) -> None:
    broken = {"start": 3, "end": 900, "label": "PER"}
    first = marked(body={"spans": {"entities": [{"start": 0, "end": 11, "label": "PER"}, broken]}})
    found = (imported(TEXT, first, source="agence"), imported(OTHER, marked((0, 4, "PER")), source="agence"))
    report = take(world, *found)
    before = rows(world)
    assert before["quarantined"] == 1
    again = take(world, *(replace(document, name=f"moved/{document.name}") for document in found), at=LATER)
    assert (again.documents, again.new_documents, again.annotations, again.unchanged) == (0, 0, 0, 2)
    assert again.causes == [("moved/Marie Curie .json", "offsets-outside-text")]
    assert len(report.causes) == 1
    assert rows(world) == before
    take(world, *(replace(document, annotations=()) for document in found))
    assert rows(world) == before


def test_what_changed_is_a_new_revision_with_its_own_quarantine(world: World) -> None:
    broken = {"start": 3, "end": 900, "label": "PER"}

    def found(*spans: dict[str, Any]) -> ImportReport:
        body = {"spans": {"entities": [*spans, broken]}}
        return take(world, imported(TEXT, marked(body=body)), at=LATER if spans else "2026-05-04T10:00:00.000000Z")

    found()
    report = found({"start": 0, "end": 11, "label": "PER"})
    assert (report.annotations, report.unchanged, report.spans) == (1, 0, 1)
    assert contents(world) == [{MARIE}]
    with world.store.reading() as transaction:
        assert transaction.counts()["revisions"] == 2
        (item,) = transaction.quarantine.of_current("import")
    assert item.revision == revisions(world)[0].number


@pytest.mark.parametrize(
    "change", [{"skipped": True}, {"ground_truth": True}, {"lead_time": 9.0}], ids=lambda change: next(iter(change))
)
def test_whatever_is_kept_of_an_annotation_may_change(world: World, change: dict[str, Any]) -> None:
    take(world, imported(TEXT, marked(MARIE)))
    assert take(world, imported(TEXT, marked(MARIE, **change))).annotations == 1
    assert take(world, imported(TEXT, marked(MARIE, **change))).unchanged == 1


def test_another_time_alone_is_no_change(world: World) -> None:
    take(world, imported(TEXT, marked(MARIE)))
    assert take(world, imported(TEXT, marked(MARIE, updated_at=LATER))).unchanged == 1


def test_two_annotators_are_told_apart_and_so_are_keys(world: World) -> None:
    several = (marked(MARIE), marked(VARSOVIE, annotator=ZOE), marked(MARIE, key="7"), marked(VARSOVIE, key="8"))
    assert take(world, imported(TEXT, *several)).annotations == 4
    assert take(world, imported(TEXT, *reversed(several))).unchanged == 4
    assert len(contents(world)) == 4


def test_no_two_names_and_keys_make_the_same_annotation(world: World) -> None:
    several = (
        marked(MARIE, annotator="a/b"),
        marked(MARIE, annotator="a", key="b"),
        marked(VARSOVIE, annotator="a", key="b"),
        marked(MARIE, annotator="a", key="b#2"),
        marked(MARIE, annotator="a%2Fb"),
    )
    assert take(world, imported(TEXT, *several)).annotations == 5
    assert len({revision.identity.key for revision in revisions(world)}) == 5


def test_a_document_that_comes_twice_has_the_annotations_of_both_each_once(world: World) -> None:
    # Two in one batch, one in a later batch, and one that was there word by word.
    filling = [imported(f"Dépêche {number} sans rien.") for number in range(260)]
    first, second = imported(TEXT, marked(MARIE), name="a"), imported(TEXT, marked(VARSOVIE), name="b")
    found = (first, second, *filling, imported(TEXT, marked((0, 5, "PER")), name="c"), replace(first, name="d"))
    report = take(world, *found)
    assert (report.annotations, report.unchanged) == (3, 1)
    assert sorted(map(sorted, contents(world))) == [[(0, 5, "PER")], [MARIE], [VARSOVIE]]
    before = rows(world)
    assert take(world, *found).unchanged == 4
    assert rows(world) == before


def test_a_known_document_gets_the_annotation_and_keeps_its_split(world: World) -> None:
    world.ingest(TEXT)
    with world.store.reading() as transaction:
        before = transaction.documents.splits(transaction.seq)
    report = take(world, imported(TEXT, marked(MARIE), split="test"))
    assert (report.new_documents, report.annotations) == (0, 1)
    assert report.splits_kept == ([] if before[document_id(TEXT)].split == "test" else [("Marie Curie .json", "test")])
    with world.store.reading() as transaction:
        assert transaction.documents.splits(transaction.seq) == before


def test_given_splits_hold_and_near_duplicates_follow(world: World) -> None:
    near = "Marie Curie est née à Paris."
    report = take(world, imported(TEXT, marked(MARIE), split="test"), imported(near, marked(MARIE)))
    assert (report.dealt.splits, report.splits_kept) == (Counter(test=2), [])
    with world.store.reading() as transaction:
        splits = transaction.documents.splits(transaction.seq)
    assert {splits[document_id(each)].split for each in (TEXT, near)} == {"test"}


def test_documents_that_were_split_by_another_rule_are_refused_before_anything_is_taken(world: World) -> None:
    world.ingest(TEXT)
    with pytest.raises(CuratorError):
        take(world, imported(OTHER, marked()), rule=SplitRule("other", {"train": 1.0, "dev": 0.0, "test": 0.0}))
    assert revisions(world, OTHER) == []


def test_a_language_that_is_not_that_of_the_labels_is_refused_unless_said(world: World) -> None:
    english = "The war goes on, says Paul."
    report = take(world, imported(english, marked((22, 26, "PER"))), imported(TEXT, marked(MARIE)))
    (entry,) = report.refused
    assert entry.error.where == "The war goes.json"
    assert report.annotations == 1
    assert take(world, imported(english, marked((22, 26, "PER"))), lang="fr").annotations == 1
    assert take(world, imported(OTHER, marked(), lang="fr")).annotations == 1
    assert take(world, imported("Deux mots", marked())).doubtful == [("Deux mots.json", "it")]


@pytest.mark.parametrize("name", ["", "  "])
def test_an_annotation_of_nobody_is_refused_unless_an_annotator_is_named(world: World, name: str) -> None:
    found = imported(TEXT, marked(MARIE), marked(VARSOVIE, annotator=name))
    report = take(world, found)
    assert [str(entry.error) for entry in report.refused] == [
        "nothing says who annotated it (Marie Curie .json): name the annotator with --annotator NAME"
    ]
    assert rows(world)["document"] == 0
    assert take(world, found, annotator=ZOE).annotations == 2
    assert {revision.state.annotator for revision in revisions(world) if revision.state} == {ZOE}


@pytest.mark.parametrize("field", ["annotator", "key"])
def test_what_no_database_can_hold_is_refused(world: World, field: str) -> None:
    report = take(world, imported(TEXT, marked(MARIE, **{field: "a\x00b"})), imported(OTHER, marked()))
    assert (len(report.refused), report.annotations) == (1, 1)
    assert take(world, imported("Un \x00 texte", marked())).refused


def test_labels_are_those_of_here(world: World) -> None:
    body = {
        "spans": [
            {"start": 0, "end": 11, "label": "PERSONNE"},
            [22, 30, "entities:GPE"],
            {"start": 12, "end": 15, "label": "ATTACK", "layer": ["odd"]},
            {"start": 16, "end": 19, "label": "LIEU", "layer": "spans"},
        ],
        "ner": {"start": 0, "end": 5, "label": "N/A"},
    }
    names = {"PERSONNE": "PER", "LIEU": "entities/GPE", "N/A": "events/ATTACK"}
    report = take(world, imported(TEXT, marked(body=body)), labels=names)
    assert report.causes == []
    expected = {MARIE, VARSOVIE, (12, 15, "ATTACK"), (16, 19, "GPE"), (0, 5, "ATTACK")}
    assert contents(world) == [expected]


@pytest.mark.parametrize("own", ["LIEU", "events/PER", "", "/PER"])
def test_a_label_that_is_none_is_refused(world: World, own: str) -> None:
    with pytest.raises(CuratorError, match="is none of the schema's"):
        take(world, imported(TEXT, marked(MARIE)), labels={"PERSONNE": own})


def test_what_does_not_fit_is_quarantined_with_its_cause_and_the_rest_is_kept(world: World) -> None:
    body = {
        "spans": [
            {"start": 0, "end": 11, "label": "PER"},
            {"start": 0, "end": 11, "label": "PER"},
            {"start": 3, "end": 900, "label": "PER"},
            {"start": "0", "end": 5, "label": "PER"},
            {"start": 5, "end": 5, "label": "PER"},
            {"start": 0, "end": 5, "label": "LIEU"},
            {"start": 0, "end": 5, "label": "PER", "text": "Paul."},
            "nothing",
        ],
        "relations": [{"head": "x", "child": "y", "label": "place"}],
        "attributes": [{"on": "x", "name": "note", "value": ["?"]}],
    }
    report = take(world, imported(TEXT, marked(body=body)))
    causes = sorted(cause for _, cause in report.causes)
    assert causes == sorted(row.cause for row in held(world))
    assert causes == [
        *("attribute-without-span", "duplicate-span", "malformed-item", "offsets-empty-or-reversed"),
        *("offsets-not-integers", "offsets-outside-text", "relation-without-span", "text-differs", "unknown-label"),
    ]
    assert {row.document for row in held(world)} == {document_id(TEXT)}
    assert contents(world) == [{MARIE}]


def test_offsets_in_other_units_are_counted_anew_once_for_the_document(world: World) -> None:
    both = {"spans": [{"start": 24, "end": 32, "label": "GPE", "text": "Varsovie"}]}
    found = imported(TEXT, marked(body=both), marked(body=both, annotator=ZOE), code_points=False)
    report = take(world, found)
    assert report.recounted == [(found.name, "UTF-8 bytes")]
    assert contents(world) == [{VARSOVIE}, {VARSOVIE}]


def test_offsets_in_doubt_are_held_and_the_others_kept(world: World) -> None:
    body = {"spans": [{"start": 0, "end": 11, "label": "PER"}, {"start": 24, "end": 32, "label": "GPE"}]}
    report = take(world, imported(TEXT, marked(body=body), code_points=False))
    assert report.causes == [("Marie Curie .json", OFFSETS_IN_DOUBT)]
    assert contents(world) == [{MARIE}]
    assert held(world)[0].item == body["spans"][1]


def test_offsets_of_a_raw_text_are_carried_over_with_it(world: World) -> None:
    raw = "\ufeffMarie\r\nest ne\u0301e a\u0300 Varsovie."
    at = raw.index("Varsovie")
    report = take(world, imported(raw, marked((1, 6, "PER"), (at, at + 8, "GPE"))))
    assert report.causes == []
    canonical = "Marie\nest née à Varsovie."
    assert contents(world, canonical) == [{(0, 5, "PER"), (16, 24, "GPE")}]


def test_what_is_no_annotation_is_counted_by_cause(world: World) -> None:
    report = take(
        world,
        LeftOut("a", "rejected"),
        imported(TEXT, marked(MARIE), left_out={"rejected spans": 2}),
        refused("broken.json"),
        LeftOut("b", "rejected"),
    )
    assert report.left_out == Counter({"rejected": 2, "rejected spans": 2})
    assert [entry.name for entry in report.refused] == ["broken.json"]
    assert report.annotations == 1


def test_ground_truth_is_none_before_its_review(world: World) -> None:
    take(world, imported(TEXT, marked(MARIE, ground_truth=True)), for_review=True)
    (revision,) = revisions(world)
    assert revision.state is not None
    assert (revision.state.ground_truth, revision.state.for_review) == (False, True)
    take(world, imported(TEXT, marked(MARIE, ground_truth=True)))
    (revision,) = revisions(world)
    assert revision.state is not None
    assert (revision.state.ground_truth, revision.state.for_review) == (True, False)


def test_what_died_between_batches_is_made_good_by_the_next_run(world: World) -> None:
    found = [imported(f"Dépêche {number} de Paul.", marked((0, 7, "PER"))) for number in range(300)]
    with pytest.raises(KeyboardInterrupt):
        take(world, *found[:260], failure=KeyboardInterrupt())
    assert rows(world)["revision"] == 250
    assert rows(world)["split"] == 0
    report = take(world, *found)
    assert (report.annotations, report.unchanged) == (50, 250)
    assert (rows(world)["revision"], rows(world)["split"]) == (300, 300)
    before = rows(world)
    take(world, *found)
    assert rows(world) == before


def test_another_source_keeps_apart(world: World) -> None:
    take(world, imported(TEXT, marked(MARIE)))
    assert take(world, imported(TEXT, marked(VARSOVIE)), source="agence").annotations == 1
    assert [revision.identity.source for revision in revisions(world)] == ["agence", "import"]
    assert take(world, imported(TEXT, marked(MARIE))).unchanged == 1


@pytest.mark.parametrize("source", ["", " ", "label-studio:fake/1"])
def test_a_senseless_source_is_refused(world: World, source: str) -> None:
    with pytest.raises(CuratorError, match="is no source for an import"):
        take(world, imported(TEXT, marked(MARIE)), source=source)
    assert rows(world)["document"] == 0


def test_under_latest_the_newest_counts_whoever_made_it(world: World) -> None:
    (task,) = world.with_tasks(TEXT)
    take(world, imported(TEXT, marked(MARIE, updated_at="2026-01-01T00:00:00.000000Z")))
    world.server.annotate(task, [region(22, 30, "GPE")])
    world.deliver()
    (record,) = records(world)
    assert [span.label for span in record.content.spans] == ["GPE"]
    take(world, imported(TEXT, marked(MARIE, (22, 30, "GPE"), updated_at="2027-01-01T00:00:00.000000Z")))
    (record,) = records(world)
    assert [span.label for span in record.content.spans] == ["PER", "GPE"]


def test_under_majority_an_import_is_a_vote_like_any_other(world: World) -> None:
    (task,) = world.with_tasks(TEXT)
    bob = world.server.add_user("bob@example.org")
    take(world, imported(TEXT, marked(MARIE, VARSOVIE)))
    world.server.annotate(task, [region(0, 11, "PER")])
    world.server.annotate(task, [region(0, 11, "PER")], user=bob)
    world.deliver()
    (record,) = records(world, "majority")
    assert [(span.start, span.end, span.label) for span in record.content.spans] == [MARIE]
    assert len(record.provenance.annotators) == 3


def test_an_annotator_who_has_an_account_is_one_and_the_same_and_stays_so(world: World) -> None:
    (task,) = world.with_tasks(TEXT)
    ada = world.server.add_user(ADA)
    world.server.annotate(task, [region(0, 11, "PER")], user=ada)
    world.deliver()
    take(world, imported(TEXT, marked(VARSOVIE)))
    assert {revision.state.annotator for revision in revisions(world) if revision.state} == {f"fake/{ada}"}
    # A namesake elsewhere does not make it another annotation.
    with world.store.writing() as transaction:
        transaction.revisions.save_annotators({"other/9": ADA})
    assert take(world, imported(TEXT, marked(VARSOVIE))).unchanged == 1


def test_nothing_found_is_nothing_done(world: World) -> None:
    assert take(world).annotations == 0
    assert rows(world)["document"] == 0


def test_what_nothing_tells_apart_is_known_again_by_its_content_in_any_order_and_subset(world: World) -> None:
    several = [marked(MARIE), marked(VARSOVIE), marked((0, 5, "PER"))]
    take(world, imported(TEXT, *several))
    before = rows(world)
    for subset in ([1], [2], [2, 0], [1, 2, 0]):
        report = take(world, imported(TEXT, *(several[at] for at in subset)), at=LATER)
        assert (report.annotations, report.unchanged, report.changed) == (0, len(subset), [])
    assert rows(world) == before
    # What is new takes the first number that nothing has that is there.
    report = take(world, imported(TEXT, marked(), several[2], several[0]))
    assert (report.annotations, report.unchanged, report.changed) == (1, 2, ["Marie Curie .json"])
    assert sorted(map(sorted, contents(world))) == [[], [(0, 5, "PER")], [MARIE]]
    assert take(world, imported(TEXT, several[0]), imported(TEXT, marked()), imported(TEXT, several[2])).unchanged == 3


def test_what_is_known_by_content_may_change_in_all_else(world: World) -> None:
    take(world, imported(TEXT, marked(MARIE), marked(VARSOVIE)), for_review=True)
    report = take(world, imported(TEXT, marked(VARSOVIE)))
    assert (report.annotations, report.changed) == (1, [])
    waiting = [revision.state.for_review for revision in revisions(world) if revision.state]
    assert (sorted(waiting), len(contents(world))) == ([False, True], 2)


def test_a_content_that_was_replaced_is_named(world: World) -> None:
    assert take(world, imported(TEXT, marked(MARIE)), imported(OTHER, marked())).changed == []
    report = take(
        world, imported(TEXT, marked(VARSOVIE), name="b:1"), imported(OTHER, marked(skipped=True), name="b:2")
    )
    assert report.changed == ["b:1", "b:2"]
    assert take(world, imported(TEXT, marked(VARSOVIE, lead_time=2.0))).changed == []


def test_an_older_annotation_does_not_replace_a_newer_one(world: World) -> None:
    early, late = "2026-01-01T00:00:00.000000Z", "2026-02-01T00:00:00.000000Z"
    take(world, imported(TEXT, marked(MARIE, updated_at=late)))
    before = rows(world)
    report = take(world, imported(TEXT, marked(VARSOVIE, updated_at=early)))
    assert (report.annotations, report.left_out, report.older) == (0, Counter(older=1), ["Marie Curie .json"])
    assert rows(world) == before
    # The same time may come again as something else: under another map of labels, say.
    assert take(world, imported(TEXT, marked(VARSOVIE, updated_at=late))).changed == ["Marie Curie .json"]
    # Of both at once the newer one is there, and no second one.
    both = imported(TEXT, marked(MARIE, updated_at=early)), imported(TEXT, marked(MARIE, VARSOVIE, updated_at=LATER))
    report = take(world, *both)
    assert (report.annotations, len(report.older), contents(world)) == (1, 1, [{MARIE, VARSOVIE}])
    # What has no time is of now.
    assert take(world, imported(TEXT, marked(MARIE)), at="2026-06-02T00:00:00.000000Z").annotations == 1


def test_the_order_of_relations_and_attributes_is_no_change(world: World) -> None:
    spans = [
        {"id": str(at), "start": start, "end": end, "label": label}
        for at, (start, end, label) in enumerate((MARIE, VARSOVIE, (12, 15, "ATTACK")))
    ]
    relations = [{"head": "2", "child": "0", "label": "agent"}, {"head": "2", "child": "1", "label": "place"}]
    attributes = [{"on": "0", "name": "note", "value": "a"}, {"on": "1", "name": "note", "value": "b"}]

    def found(step: int) -> ImportReport:
        body = {"spans": spans[::step], "relations": relations[::step], "attributes": attributes[::step]}
        return take(world, imported(TEXT, marked(body=body)))

    report = found(1)
    assert (report.causes, report.relations, report.attributes) == ([], 2, 2)
    (before,) = records(world)
    assert found(-1).unchanged == 1
    assert records(world) == [before]


def test_a_document_in_two_batches_counts_once(world: World) -> None:
    filling = [imported(f"Dépêche {number} sans rien.") for number in range(260)]
    report = take(world, imported(TEXT, marked(MARIE)), *filling, imported(TEXT, marked(VARSOVIE)))
    assert (report.documents, report.annotations) == (1, 2)


def test_labels_that_are_numbers_are_named_by_their_digits(world: World) -> None:
    body = {"spans": [{"start": 0, "end": 11, "label": 3}, [22, 30, 4], {"start": 12, "end": 15, "label": True}]}
    report = take(world, imported(TEXT, marked(body=body)), labels={"3": "PER", "4": "GPE", "True": "PER"})
    assert len(report.causes) == 1
    assert contents(world) == [{MARIE, VARSOVIE}]


def test_labels_that_the_schema_does_not_have_are_counted(world: World) -> None:
    body = {"spans": [[0, 11, "PERSONNE"], [22, 30, "LIEU"], [0, 5, "PERSONNE"]], "relations": [{"label": "LIEU"}]}
    assert take(world, imported(TEXT, marked(body=body))).unknown_labels == Counter(PERSONNE=2, LIEU=1)


@pytest.mark.parametrize(
    ("order", "option"),
    [
        ({"source": "a\x00"}, "--source"),
        ({"source": "\udcff"}, "--source"),
        ({"annotator": "  "}, "--annotator"),
        ({"annotator": "Zo\udce9"}, "--annotator"),
        ({"lang": "en"}, "--lang"),
        ({"lang": ""}, "--lang"),
        ({"labels": {"P\udcff": "PER"}}, "--label"),
    ],
)
def test_an_order_without_sense_is_refused_by_its_option(world: World, order: dict[str, Any], option: str) -> None:
    with pytest.raises(CuratorError, match=option) as raised:
        take(world, imported(TEXT, marked(MARIE)), **order)
    assert str(raised.value).isprintable()
    assert rows(world)["document"] == 0
