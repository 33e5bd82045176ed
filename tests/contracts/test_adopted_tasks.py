"""What every LabelServer keeps to where a project was adopted, and is read as it is."""

from collections.abc import Callable

from curator.domain.annotation import Form, UnreadableAnnotation
from curator.domain.canonical import document_id
from curator.domain.prediction import adopted_pipeline
from curator.domain.schema import LabelSchema, schema_from_value
from curator.domain.span import Span
from curator.steps.ports.adopted import AdoptedTasks
from curator.steps.ports.label_server import LabelServer, PredictionRef, TaskState
from curator.steps.ports.stored_projects import StoredTask
from tests.contracts.conftest import OneAdopted, Reviewer
from tests.fakes.adoptable import CONFIG, CRLF, PLAIN, canonical, item, marked
from tests.fakes.parts import SCHEMA_VALUE

Adopting = Callable[[AdoptedTasks], LabelServer]
SCHEMA: LabelSchema = schema_from_value(SCHEMA_VALUE, "tests")


def listed(server: LabelServer, project: int) -> dict[int, TaskState]:
    states = list(server.tasks(project))
    assert not any(isinstance(state, UnreadableAnnotation) for state in states)
    return {state.ref.task: state for state in states if isinstance(state, TaskState)}


def test_tasks_are_read_as_the_interface_says_from_everywhere_alike(adopting: Adopting, reviewer: Reviewer) -> None:
    project = reviewer.make_project("By hand", CONFIG)
    server = adopting(OneAdopted(project))
    task = reviewer.import_task(project, body=CRLF, title="Titre", text="no text of this task", document="dossier 12")
    annotation = reviewer.annotate(task, [marked(CRLF, "Nice")])
    plain = reviewer.import_task(project, body=PLAIN, title="Titre", lang="fr", split="dev")
    reviewer.annotate(plain, [marked(PLAIN, "Varsovie")])
    states = listed(server, project)
    state = states[task]
    assert state == server.task(task) == next(server.tasks_by_id(project, [task]))
    assert server.annotation(annotation) == (state.annotations[0], state.ref)
    assert (state.ref.text, state.ref.document) == (canonical(CRLF), document_id(canonical(CRLF)))
    assert state.ref.raw is not None
    assert (state.ref.raw.name, len(state.ref.raw.shifts), state.ref.raw.keyed) == ("article", 2, False)
    assert state.annotations[0].form is Form.LABEL_STUDIO_RAW
    assert state.annotations[0].body["result"] == [marked(CRLF, "Nice")]
    assert states[plain].annotations[0].form is Form.LABEL_STUDIO
    assert state.offered is not None
    assert (state.offered.text, state.offered.lang, state.offered.split) == (CRLF, None, None)
    assert state.offered.meta == {"title": "Titre", "text": "no text of this task"}
    offered = states[plain].offered
    assert offered is not None
    assert (offered.lang, offered.split) == ("fr", "dev")


def test_a_task_is_that_of_the_document_it_is_known_as_where_it_is_that_task(
    adopting: Adopting, reviewer: Reviewer
) -> None:
    project = reviewer.make_project("By hand", CONFIG)
    task = reviewer.import_task(project, body=PLAIN, title="Titre")
    ref = listed(adopting(OneAdopted(project)), project)[task].ref
    assert ref.created_at is not None
    known = adopting(OneAdopted(project, {task: StoredTask("d0", ref.created_at)}))
    assert listed(known, project)[task].ref.document == known.task(task).ref.document == "d0"  # type: ignore[union-attr]
    another = adopting(OneAdopted(project, {task: StoredTask("d0", "2020-01-01T00:00:00.000000Z")}))
    assert listed(another, project)[task].ref == ref


def test_a_field_of_our_keys_name_is_ours_only_where_it_is_the_key_of_the_text(
    adopting: Adopting, reviewer: Reviewer
) -> None:
    project = reviewer.make_project("By hand", CONFIG)
    server = adopting(OneAdopted(project))
    foreign = reviewer.import_task(project, body=CRLF, title="Titre", document="507f1f77bcf86cd799439011")
    ours = reviewer.import_task(project, body=PLAIN, title="Titre", document=document_id(PLAIN))
    states = listed(server, project)
    read = {task: (state.ref.document, state.ref.raw and state.ref.raw.keyed) for task, state in states.items()}
    assert read == {foreign: (document_id(canonical(CRLF)), False), ours: (document_id(PLAIN), True)}


def test_a_text_that_is_written_another_way_than_it_was_is_told(adopting: Adopting, reviewer: Reviewer) -> None:
    project = reviewer.make_project("By hand", CONFIG)
    task = reviewer.import_task(project, body=CRLF, title="Titre")
    ref = listed(adopting(OneAdopted(project)), project)[task].ref
    assert ref.raw is not None
    assert (ref.raw.form != "", ref.raw.changed) == (True, False)
    for form, changed in ((ref.raw.form, False), ("", True), (None, False)):
        known = OneAdopted(project, {task: StoredTask(str(ref.document), ref.created_at, form)})
        raw = listed(adopting(known), project)[task].ref.raw
        assert raw is not None
        assert raw.changed is changed


def test_predictions_of_tasks_are_read_in_canonical_offsets(adopting: Adopting, reviewer: Reviewer) -> None:
    project = reviewer.make_project("By hand", CONFIG)
    server = adopting(OneAdopted(project))
    task, other = (reviewer.import_task(project, body=text, title="Titre") for text in (CRLF, PLAIN))
    split = item(0, CRLF.index("\r") + 1, "PER")
    first = reviewer.import_prediction(task, "camembert-1", [{**marked(CRLF, "Nice"), "score": 0.75}, split])
    second = reviewer.import_prediction(task, "camembert-2", [])
    found = sorted(server.task_predictions(project, [task, other, 10**9], SCHEMA), key=lambda found: found.number)
    pipelines = [adopted_pipeline(f"label-studio:{server.name}/{project}", f"camembert-{at}") for at in (1, 2)]
    named = [(prediction.number, prediction.task, prediction.pipeline) for prediction in found]
    assert named == [(first, task, pipelines[0]), (second, task, pipelines[1])]
    start = canonical(CRLF).index("Nice")
    assert found[0].content.spans == (Span("entities", start, start + 4, "GPE", 0.75),)
    assert [problem.cause for problem in found[0].content.problems] == ["offsets-split-a-character"]
    assert server.prediction(first) == PredictionRef(first, task, str(pipelines[0]))
    assert list(server.task_predictions(project, [], SCHEMA)) == []
    assert server.task(task).model_versions == ("camembert-1", "camembert-2")  # type: ignore[union-attr]


def test_our_key_joins_what_a_task_has(adopting: Adopting, reviewer: Reviewer) -> None:
    project = reviewer.make_project("By hand", CONFIG)
    server = adopting(OneAdopted(project))
    task = reviewer.import_task(project, body=CRLF, title="Titre", more={"deep": [1, None]})
    taken = reviewer.import_task(project, body=PLAIN, title="Titre", document="dossier 12")
    before, key = listed(server, project), document_id(canonical(CRLF))
    assert server.add_key(task, key)
    after = listed(server, project)
    assert after[task].ref.document == key
    raw = after[task].ref.raw
    assert raw is not None
    assert raw.keyed
    assert after[task].offered == before[task].offered
    assert after[task].updated_at > before[task].updated_at
    assert server.add_key(task, key)
    assert not server.add_key(taken, document_id(PLAIN))
    assert not server.add_key(10**9, key)
    assert listed(server, project) == after
