"""A project that somebody made by hand, adopted as it is."""

import pytest

from curator.domain.canonical import document_id
from curator.domain.errors import CuratorError, ServerUnreachable
from curator.domain.prediction import adopted_pipeline
from curator.label_studio.interface_reading import read_interface
from curator.steps.desk.adopt import check_adoptable, refuse_lacking, refuse_not_in_force
from tests.fakes.adoptable import BOM, CRLF, NFD, PLAIN, ByHand, canonical, item, marked, project_by_hand
from tests.fakes.parts import NamePipeline, link
from tests.fakes.world import MARKER, World


@pytest.fixture
def hand(world: World) -> ByHand:
    """A project with people's work in it already."""
    made = project_by_hand(world)
    server = world.server
    second = server.add_user("anne@example.org")
    lyon, nice = marked(CRLF, "Lyon"), marked(CRLF, "Nice")
    server.annotate(made.tasks[PLAIN], [marked(PLAIN, "Marie Curie", "PER")], lead_time=12.5, ground_truth=True)
    server.annotate(made.tasks[CRLF], [lyon, nice, link(lyon["id"], nice["id"], "place")], user=second)
    server.annotate(made.tasks[CRLF], [], user=second, was_cancelled=True)
    server.annotate(made.tasks[NFD], [marked(NFD, NFD[2:10])])
    server.annotate(made.tasks[BOM], [marked(BOM, "Paris")])
    server.take_outbox()
    return made


def test_all_of_it_comes_in_once(hand: ByHand) -> None:
    world = hand.world
    adopted = world.adopt(hand.number)
    taken = (adopted.tasks, adopted.documents, adopted.annotations, adopted.skipped, adopted.webhook)
    assert taken == (4, 4, 5, 1, "created")
    assert hand.equals()
    spans = {a["document"]: a["spans"]["entities"] for a in world.annotations() if not a["skipped"]}
    assert [span["text"] for span in spans[document_id(canonical(CRLF))]] == ["Lyon", "Nice"]
    assert [span["text"] for span in spans[document_id(canonical(NFD))]] == ["Élysée"]
    assert [span["text"] for span in spans[document_id(canonical(BOM))]] == ["Paris"]
    assert {a["annotator"] for a in world.annotations()} == {"admin@example.org", "anne@example.org"}
    assert any(a["relations"] for a in world.annotations())
    with world.store.reading() as transaction:
        documents = [document.id for document in transaction.documents.all()]
        assert transaction.documents.splits(transaction.seq).keys() == set(documents)
    revisions = world.revisions()
    again = world.adopt(hand.number)
    assert not again.is_new
    assert not again.left_out
    assert world.revisions() == revisions


def test_nothing_in_the_project_is_changed_by_anything_later(hand: ByHand) -> None:
    world = hand.world
    before = world.server.whole_project(hand.number)
    world.adopt(hand.number)
    world.preannotate(NamePipeline())
    assert world.push().tasks == 0
    world.server.import_task(hand.number, body=PLAIN)
    before = {**before, "tasks": world.server.whole_project(hand.number)["tasks"]}
    world.sync(full=True, without_doubled=True)
    world.push()
    assert world.server.whole_project(hand.number) == before
    assert world.project != hand.number


def test_documents_from_elsewhere_are_still_pushed(hand: ByHand) -> None:
    world = hand.world
    world.adopt(hand.number)
    world.ingest("Benghazi attend des nouvelles du front.")
    assert world.push().tasks == 1
    world.server.delete_task(hand.tasks[PLAIN])
    world.deliver()
    world.ingest("Tripoli se tait depuis hier soir.")
    assert world.push().tasks == 1


def test_our_key_is_written_where_it_is_wanted_and_nothing_else(hand: ByHand) -> None:
    world = hand.world
    taken = world.server.import_task(hand.number, body="Gao attend la pluie du soir.", document="dossier 12")
    before = {task["id"]: task["data"] for task in world.server.whole_project(hand.number)["tasks"]}
    adopted = world.adopt(hand.number, write_keys=True)
    assert adopted.keys_written == 4
    assert [left.task for left in adopted.keys_refused] == [taken]
    for task in world.server.whole_project(hand.number)["tasks"]:
        data = dict(task["data"])
        if task["id"] != taken:
            assert data.pop("document") == document_id(canonical(data["body"]))
        assert data == before[task["id"]]
    assert world.adopt(hand.number, write_keys=True).keys_written == 0
    assert world.sync().applied == 0
    assert hand.equals()


def test_deliveries_and_new_tasks_are_taken_in_from_then_on(hand: ByHand) -> None:
    world, server = hand.world, hand.world.server
    world.adopt(hand.number)
    annotation = server.annotate(hand.tasks[CRLF], [marked(CRLF, "Anne", "PER")])
    world.deliver()
    assert hand.equals()
    server.change(annotation, result=[marked(CRLF, "écrivent", "ATTACK", "events")])
    world.deliver()
    assert hand.equals()
    server.delete(annotation)
    world.deliver()
    assert hand.equals()
    new = "Goma a peur,\r\nBukavu aussi, dit-on."
    task = server.import_task(hand.number, body=new)
    server.annotate(task, [marked(new, "Bukavu")])
    report = world.sync()
    assert (report.taken_up.documents, report.missed["created"]) == (1, 1)
    assert hand.equals()
    assert world.sync().applied == 0


def test_a_new_task_is_taken_up_where_its_annotation_is_delivered(hand: ByHand) -> None:
    world, server = hand.world, hand.world.server
    world.adopt(hand.number)
    new = "Goma a peur,\r\nBukavu aussi, dit-on."
    task = server.import_task(hand.number, body=new)
    server.annotate(task, [marked(new, "Bukavu")])
    english = server.import_task(hand.number, body="The army has left the town.")
    server.annotate(english, [])
    world.deliver()
    with world.store.reading() as transaction:
        assert transaction.tasks.document(server.name, hand.number, task) == document_id(canonical(new))
    states = world.current_states().values()
    assert [state.task for state in states if state.task in (task, english)] == [task]
    assert [cause.partition(":")[0] for cause in world.causes()] == ["unknown-task"]
    world.sync()
    with world.store.reading() as transaction:
        assert transaction.documents.splits(transaction.seq).keys() >= {document_id(canonical(new))}


def test_a_border_within_a_sequence_is_quarantined_by_name(world: World) -> None:
    hand = project_by_hand(world, CRLF, NFD)
    inside = CRLF.index("\r\n") + 1
    server = world.server
    server.annotate(hand.tasks[CRLF], [item(0, inside, "PER", id="split"), marked(CRLF, "Nice")])
    server.annotate(hand.tasks[NFD], [item(3, 10, "GPE")])
    adopted = world.adopt(hand.number)
    assert [left.cause for left in adopted.quarantined] == ["offsets-split-a-character"] * 2
    assert [left.task for left in adopted.quarantined] == [hand.tasks[CRLF], hand.tasks[NFD]]
    assert hand.equals()
    texts = [span["text"] for a in world.annotations() for span in a["spans"]["entities"]]
    assert texts == ["Nice"]


def test_what_is_about_another_text_of_the_task_is_quarantined(world: World) -> None:
    hand = project_by_hand(world, PLAIN)
    on_title = item(0, 3, "PER", to_name="titre")
    world.server.annotate(hand.tasks[PLAIN], [on_title, marked(PLAIN, "Varsovie")])
    adopted = world.adopt(hand.number)
    assert [left.cause for left in adopted.quarantined] == ["unknown-control"]
    assert hand.equals()


def test_tasks_that_cannot_come_in_are_named_with_a_remedy(world: World) -> None:
    hand = project_by_hand(world, PLAIN)
    server = world.server
    bare = server.import_task(hand.number, title="Rien")
    english = server.import_task(hand.number, body="The army has left the town.")
    french = server.import_task(hand.number, body="The army a dit adieu.", lang="fr")
    twin = server.import_task(hand.number, body=PLAIN)
    broken = server.import_task(hand.number, body="Un texte que rien ne lit, hélas.")
    server.broken.add(broken)
    odd = server.annotate(hand.tasks[PLAIN])
    server.damage(odd, result="no list")
    annotation = server.annotate(twin, [marked(PLAIN, "Varsovie")])
    server.annotate(bare, [])
    adopted = world.adopt(hand.number)
    assert [left.task for left in adopted.without_text] == [bare]
    assert [left.task for left in adopted.other_language] == [english]
    assert [(left.task, left.annotation) for left in adopted.unreadable] == [
        (hand.tasks[PLAIN], str(odd)),
        (broken, ""),
    ]
    assert [twins.tasks for twins in adopted.twins] == [(hand.tasks[PLAIN], twin)]
    assert all(left.remedy for left in adopted.left_out)
    assert (adopted.tasks, adopted.documents) == (3, 2)
    assert {(a["annotation"], a["document"]) for a in world.annotations()} == {(annotation, document_id(PLAIN))}
    assert french in world.server.known_tasks(hand.number)
    assert world.sync().doubled == []


def test_a_text_that_was_edited_is_left_alone_until_it_is_restored(hand: ByHand) -> None:
    world, server, task = hand.world, hand.world.server, hand.tasks[PLAIN]
    world.adopt(hand.number)
    before = world.current_states()
    server.patch_task(task, body="Un tout autre texte, écrit après.")
    server.annotate(task, [item(0, 2, "PER")])
    world.deliver()
    report = world.sync()
    assert [entry.task for entry in report.foreign_tasks] == [task]
    assert world.current_states() == before
    adopted = world.adopt(hand.number)
    assert [left.task for left in adopted.edited] == [task]
    server.patch_task(task, body=PLAIN)
    world.sync()
    assert hand.equals()


def test_a_number_given_out_again_is_another_task(hand: ByHand) -> None:
    world, server = hand.world, hand.world.server
    world.adopt(hand.number)
    last = max(hand.tasks.values())
    server.delete_task(last)
    server.take_outbox()
    other = "Homs compte ses morts ce matin."
    assert server.import_task(hand.number, body=other) == last
    server.annotate(last, [marked(other, "Homs")])
    world.deliver()
    world.sync()
    assert hand.equals()
    with world.store.reading() as transaction:
        assert transaction.tasks.document(server.name, hand.number, last) == document_id(other)
    assert world.sync().applied == 0


def test_predictions_come_in_as_a_machines_and_annotations_start_from_them(world: World) -> None:
    hand = project_by_hand(world, CRLF)
    task = hand.tasks[CRLF]
    score = {**marked(CRLF, "Nice"), "score": 0.9}
    number = world.server.import_prediction(task, "camembert-1", [score, item(0, CRLF.index("\r") + 1, "PER")])
    world.server.annotate(task, [marked(CRLF, "Nice")], parent_prediction=number)
    adopted = world.adopt(hand.number)
    assert (adopted.predictions, [left.task for left in adopted.quarantined]) == (1, [task])
    document, pipeline = (
        document_id(canonical(CRLF)),
        adopted_pipeline(f"label-studio:fake/{hand.number}", "camembert-1"),
    )
    with world.store.reading() as transaction:
        (stored,) = transaction.tasks.newest_predictions([document])[document]
        (revision,) = transaction.revisions.current_revisions(document)
        start = transaction.lineage.started_from([revision.number])[revision.number]
    assert stored.prediction.pipeline == pipeline
    assert [(span.start, span.score) for span in stored.prediction.content.spans] == [
        (canonical(CRLF).index("Nice"), 0.9)
    ]
    assert (start.number, start.pipeline) == (stored.number, pipeline)
    again = world.server.annotate(task, [], parent_prediction=number)
    world.deliver()
    with world.store.reading() as transaction:
        revisions = {r.identity.key: r.number for r in transaction.revisions.current_revisions(document)}
        assert transaction.lineage.started_from([revisions[str(again)]])[revisions[str(again)]] == start


def test_what_cannot_be_adopted_is_refused_before_anything_is_written(world: World) -> None:
    world.with_tasks(PLAIN)
    hand = project_by_hand(world, PLAIN)
    image = world.server.make_project("Images", '<View><Image name="i" value="$i"/></View>')
    with world.store.reading() as transaction:
        before = transaction.seq
    for number, what in ((world.project, "made this project itself"), (99, "no such project"), (image, "Image i")):
        with pytest.raises(CuratorError, match=what):
            check_adoptable(world.store, world.server, number, MARKER, read_interface)
    _, interface = check_adoptable(world.store, world.server, hand.number, MARKER, read_interface)
    refuse_lacking(world.schema, interface, hand.number, "labels.yaml")
    refuse_not_in_force(world.store, interface, hand.number, "labels.yaml")
    assert interface.left_out == ("Text titre", "Rating etoiles")
    world.server.patch_project(hand.number, label_config=read_config_with("<Label value='ORG'/>"))
    _, interface = check_adoptable(world.store, world.server, hand.number, MARKER, read_interface)
    with pytest.raises(CuratorError, match="entities/ORG") as refused:
        refuse_lacking(world.schema, interface, hand.number, "labels.yaml")
    with pytest.raises(CuratorError, match="in force lack label entities/ORG"):
        refuse_not_in_force(world.store, interface, hand.number, "labels.yaml")
    assert "--propose FILE" in refused.value.remedy
    with world.store.reading() as transaction:
        assert transaction.seq == before


def read_config_with(label: str) -> str:
    return f'<View><Labels name="entities" toName="t">{label}</Labels><Text name="t" value="$body"/></View>'


@pytest.mark.parametrize("method", ["users", "tasks", "tasks.next", "task_predictions", "webhooks", "save_webhook"])
def test_a_server_that_goes_away_leaves_whole_documents_and_the_next_run_goes_on(hand: ByHand, method: str) -> None:
    world, server = hand.world, hand.world.server
    server.import_prediction(hand.tasks[PLAIN], "m1", [])
    calls = 0

    def fail(called: str) -> None:
        nonlocal calls
        calls += called == method
        if called == method and calls == (2 if method == "tasks.next" else 1):
            raise ServerUnreachable("Label Studio did not answer", "fake", "start it")

    server.on_call = fail
    with pytest.raises(ServerUnreachable):
        world.adopt(hand.number)
    server.on_call = lambda _: None
    world.adopt(hand.number)
    assert hand.equals()
    assert not world.adopt(hand.number).is_new


def test_deletions_beyond_the_share_are_held(hand: ByHand) -> None:
    world = hand.world
    world.adopt(hand.number)
    world.server.delete_all_tasks(hand.number)
    report = world.sync()
    assert report.stopped is not None
    assert len(world.current_states()) == 5
    world.sync(accepted=True)
    assert hand.equals()


def test_a_project_that_is_gone_is_named_until_that_is_accepted(hand: ByHand) -> None:
    world = hand.world
    world.adopt(hand.number)
    world.server.delete_project(hand.number)
    report = world.sync()
    assert [gone.project for gone in report.gone] == [hand.number]
    world.sync(accepted=True)
    assert world.current_states() == {}
    assert world.sync().gone == []


def test_a_field_of_our_keys_name_and_look_that_is_somebody_elses_keeps_nothing_out(world: World) -> None:
    hand = project_by_hand(world, PLAIN)
    text = "Kidal attend la pluie du matin, dit-on."
    task = world.server.import_task(hand.number, body=text, document="507f1f77bcf86cd799439011")
    world.server.annotate(task, [marked(text, "Kidal")])
    adopted = world.adopt(hand.number, write_keys=True)
    assert (adopted.tasks, adopted.annotations, adopted.left_out) == (2, 1, [])
    assert [left.task for left in adopted.keys_refused] == [task]
    assert hand.equals()


@pytest.mark.parametrize("text", [CRLF, NFD, BOM])
def test_offsets_of_a_text_are_never_read_with_those_of_another_way_to_write_it(world: World, text: str) -> None:
    hand, server = project_by_hand(world, text, PLAIN), world.server
    task, words = hand.tasks[text], {CRLF: "Nice", NFD: "depuis", BOM: "Paris"}[text]
    annotation = server.annotate(task, [marked(text, words)])
    world.adopt(hand.number)
    before = world.current_states()
    server.patch_task(task, body=canonical(text))
    server.change(annotation, lead_time=5.0)
    world.deliver()
    for report in (world.sync(), world.sync(full=True)):
        assert report.foreign["foreign-text"] <= 1
        (entry,) = report.foreign_tasks
        assert (entry.task, document_id(canonical(text)) in entry.cause) == (task, True)
        assert "other line ends or another normal form" in entry.cause
    assert world.current_states() == before
    (left,) = world.adopt(hand.number).left_out
    assert (left.task, "as it was" in left.remedy) == (task, True)
    server.patch_task(task, body=text)
    assert world.sync().foreign_tasks == []
    assert hand.equals()
    assert [span["text"] for line in world.annotations() for span in line["spans"]["entities"]] == [words]


def test_what_stays_left_out_is_named_by_every_adoption(world: World) -> None:
    hand, server = project_by_hand(world, PLAIN, CRLF), world.server
    empty = server.import_task(hand.number, body=" ")
    english = server.import_task(hand.number, body="The army has left the town.")
    textless = server.import_task(hand.number, title="Sans texte")
    server.annotate(textless, [])
    split = item(0, CRLF.index("\r") + 1, "PER")
    server.import_prediction(hand.tasks[CRLF], "camembert-1", [marked(CRLF, "Nice"), split])
    first = world.adopt(hand.number)
    assert {left.task for left in first.left_out} == {empty, english, textless, hand.tasks[CRLF]}
    again = world.adopt(hand.number)
    assert not again.is_new
    assert again.left_out == first.left_out
    server.delete_predictions(hand.tasks[CRLF])
    assert {left.task for left in world.adopt(hand.number).left_out} == {empty, english, textless}
