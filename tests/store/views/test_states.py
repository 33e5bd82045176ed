"""How far a document has come follows the decision on its current annotations, whenever that was made."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.policy import POLICIES, Policy
from curator.steps.curation.decide import Decider, Rules
from curator.store.views.overview import SqlOverview
from curator.views.documents import DocumentView
from curator.views.progress import DocumentState
from tests.domain.quorum import QUORUM
from tests.fakes.deciding import decide_all
from tests.fakes.parts import region
from tests.fakes.world import World
from tests.steps.curation.test_decide import export as export_by
from tests.steps.datasets.test_freeze import PARIS, export_of, now

REVIEWED, UNDECIDED = DocumentState.REVIEWED, DocumentState.UNDECIDED


def seen(world: World) -> DocumentView:
    """Return the only document; list, counts and page must say the same of it."""
    overview = SqlOverview(world.sql, world.sql_inbox, READ_ANNOTATION)
    (line,) = overview.documents(None, 1).lines
    view = overview.document(line.id)
    assert view is not None
    assert view.state is line.state
    assert overview.progress().documents[line.state] == 1
    assert overview.documents(line.state, 1).lines == (line,)
    assert view.decided == (line.state is REVIEWED)
    return view


@pytest.fixture
def task(world: World) -> int:
    (task,) = world.with_tasks(PARIS)
    return task


def annotate(world: World, task: int, *result: Any) -> None:
    world.server.annotate(task, list(result))
    world.deliver()


def test_a_decision_on_the_past_that_is_made_later_decides_nothing_of_the_present(
    world: World, tmp_path: Path, task: int
) -> None:
    export = export_of(world, tmp_path)
    annotate(world, task)
    moment = now(world)
    annotate(world, task, region(0, 11, "PER"))
    assert seen(world).state is UNDECIDED
    export("past", as_of=moment)
    assert seen(world).state is UNDECIDED
    export()
    assert seen(world).state is REVIEWED
    annotate(world, task, region(0, 5, "PER"))
    export("past", as_of=moment)
    assert seen(world).state is UNDECIDED
    export()
    assert seen(world).state is REVIEWED


def test_a_past_export_takes_no_decision_away(world: World, tmp_path: Path, task: int) -> None:
    export = export_of(world, tmp_path)
    annotate(world, task)
    moment = now(world)
    annotate(world, task, region(0, 11, "PER"))
    export()
    export("past", as_of=moment)
    assert seen(world).state is REVIEWED
    # Back at the annotations of then, with what was decided of them then.
    world.server.delete(2)
    world.deliver()
    assert seen(world).state is REVIEWED


def test_a_decision_by_another_policy_than_the_one_in_force_is_none(
    world: World, task: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(POLICIES, "quorum", QUORUM)
    annotate(world, task, region(0, 11, "PER"))
    export_by(world, Policy("quorum", {"least": 1}))
    assert seen(world).state is REVIEWED
    annotate(world, task, region(0, 11, "PER"))
    for policy in (Policy("latest"), Policy("quorum", {"least": 3})):
        decider = Decider(world.schema, Rules(policy, False, "salt"), READ_ANNOTATION)
        with world.store.reading() as transaction:
            seq = transaction.seq
        assert list(decide_all(world.store, decider, seq))
        assert seen(world).state is UNDECIDED
    export_by(world, Policy("quorum", {"least": 1}))
    assert seen(world).state is REVIEWED


def test_the_index_made_anew_gives_the_same_states(world: World, tmp_path: Path, task: int) -> None:
    annotate(world, task)
    annotate(world, task, region(0, 5, "PER"))
    export_of(world, tmp_path)()
    with world.store.writing() as transaction:
        transaction.revisions.rebuild_current()
    assert seen(world).state is REVIEWED


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=30))
def test_number_and_last_of_current_revisions_tell_them_from_all_that_were_ever_current(
    acts: list[tuple[int, bool]],
) -> None:
    current: dict[int, int] = {}
    sets: dict[tuple[int, int], frozenset[int]] = {}
    for revision, (annotation, deleted) in enumerate(acts, start=1):
        if deleted:
            current.pop(annotation, None)
        else:
            current[annotation] = revision
        numbers = frozenset(current.values())
        assert sets.setdefault((len(numbers), max(numbers, default=0)), numbers) == numbers
