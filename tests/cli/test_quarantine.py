"""`curator quarantine`: what is in it now, what ever was, and what to do."""

from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.reading import READ_ANNOTATION
from curator.bootstrap.schemas import configured_schema
from curator.bootstrap.stores import open_store
from curator.bootstrap.workspace import Workspace
from curator.domain.annotation import UnreadableAnnotation
from curator.domain.canonical import document_id
from curator.steps.in_force.schema import adopt_schema
from tests.cli.conftest import Run
from tests.fakes.annotations import annotation_state, identity
from tests.fakes.parts import region
from tests.store.conftest import arrival

PARIS, LYON = document_id("Paris"), document_id("Lyon")


@pytest.fixture
def filled(folder: Path) -> None:
    """An item that was mended, one that was not, and an annotation nobody can read."""
    context = Context(Workspace(folder / ".curator"), folder / "configs" / "curator.toml")
    schema = configured_schema(context)
    with open_store(context) as store:
        adopt_schema(store, schema, "tests")
        with store.writing() as transaction:
            transaction.documents.add([arrival("Paris"), arrival("Lyon")])
            transaction.tasks.save("test", 1, {5: LYON})
            transaction.quarantine.put_unreadable(UnreadableAnnotation(identity().source, 5, "9", "result is no list"))
        for result, at in (([region(0, 99, "PER")], "1"), ([{**region(0, 5, "\x1b[2J" * 99), "id": "é"}], "2")):
            state = annotation_state(identity(7), result, task=4, updated_at=f"2026-01-0{at}T00:00:00.000000Z")
            with store.writing() as transaction:
                number = transaction.revisions.append(state.identity, PARIS, state)
                problems = READ_ANNOTATION(state, "Paris", schema).problems
                transaction.quarantine.add(f"{state.identity.source}/7@{at}", PARIS, problems, number)


def test_an_empty_quarantine_says_nothing(run: Run) -> None:
    assert (run("quarantine").code, run("quarantine").out) == (0, "")
    assert run("quarantine", "list", "--json").json == []


@pytest.mark.usefixtures("filled")
def test_what_is_there_now_is_listed_with_document_item_and_remedy(run: Run) -> None:
    first, mend, second, mend_too = run("quarantine").out.splitlines()
    assert first == f"task 5, annotation 9, document {LYON}: result is no list"
    assert mend == mend_too == "  mend it: correct or delete it in Label Studio, then `curator sync`"
    assert second.startswith(f'task 4, annotation 7, document {PARIS}: unknown-label  {{"')
    assert second.endswith("…")
    assert "\x1b" not in second
    unreadable, item = run("quarantine", "list", "--json").json
    assert (unreadable["document"], unreadable["item"], unreadable["annotation"]) == (LYON, None, "9")
    assert item["item"]["value"]["labels"] == ["\x1b[2J" * 99]
    assert item["remedy"] == "correct or delete it in Label Studio"


@pytest.mark.usefixtures("filled")
def test_the_list_may_be_of_one_document_and_of_all_times(run: Run) -> None:
    assert [entry["cause"] for entry in run("quarantine", "list", "--document", LYON, "--json").json] == [
        "result is no list"
    ]
    past = run("quarantine", "list", "--all", "--document", PARIS, "--json").json
    assert [row["cause"] for row in past] == ["offsets-outside-text", "unknown-label"]
    assert run("quarantine", "list", "--all", "--document", LYON, "--json").json == []
    assert len(run("quarantine", "list", "--all").out.splitlines()) == 2
