"""`curator labels`."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

FILE = Path("configs") / "labels.yaml"


def test_a_rename_is_one_change_from_version_to_version(run: Run, exported: Path, folder: Path) -> None:
    before = (folder / FILE).read_text(encoding="utf-8")
    first = (exported / "train.jsonl").read_bytes()
    planned = run("labels", "rename", "entities/GPE", "PLACE", "--dry-run", "--json").json
    assert (planned["dry_run"], planned["changes"]) == (True, ["renamed entities/GPE → PLACE"])
    assert planned["spans"] == [{"layer": "entities", "label": "GPE", "spans": 1}]
    assert (folder / FILE).read_text(encoding="utf-8") == before
    assert run("labels", "rename", "entities/GPE", "PLACE").code == 0
    after = (folder / FILE).read_text(encoding="utf-8")
    changed = [line for line in after.splitlines() if line not in before.splitlines()]
    assert len(changed) == 1
    assert (len(after.splitlines()), "formerly: [GPE]" in changed[0]) == (len(before.splitlines()), True)
    assert run("labels", "rename", "entities/GPE", "PLACE").out == "nothing to change\n"
    (label,) = [label for label in run("labels", "list", "--json").json if label["label"] == "PLACE"]
    assert (label["spans"], label["formerly"]) == (1, ["GPE"])
    assert run("export", "news", "--json").json["version"] == 2
    diff = run("datasets", "diff", "news@1", "news@2", "--json").json
    assert diff["renamed"] == [{"layer": "entities", "from": "GPE", "to": "PLACE", "count": 1}]
    assert not any(diff["spans"].values())
    assert "renamed     entities/GPE → PLACE: 1 spans" in run("datasets", "diff", "news@1", "news@2").out
    assert (exported / "train.jsonl").read_bytes() == first


def test_merge_split_and_remove_edit_the_file_in_place(run: Run, exported: Path, folder: Path) -> None:
    comments = [line for line in (folder / FILE).read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    assert run("labels", "merge", "entities/GPE", "entities/LOC", "--into", "PLACE").code == 0
    assert run("labels", "remove", "events/ATTACK").code == 0
    assert run("labels", "split", "entities/PLACE", "--into", "CITY,LAND", "--words", "CITY=paris").code == 0
    counts = {
        label["label"]: label["spans"] for label in run("labels", "list", "--json").json if label["layer"] == "entities"
    }
    assert (counts["CITY"], counts["LAND"]) == (1, 0)
    assert not counts.keys() & {"GPE", "LOC", "PLACE"}
    text = (folder / FILE).read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith("#")] == comments
    assert run("export", "news", "--json").json["version"] == 2


@pytest.mark.parametrize(
    ("arguments", "code", "what"),
    [
        (("rename", "entities/NOPE", "X"), 1, "has no label NOPE"),
        (("rename", "nowhere/PER", "X"), 1, "no layer nowhere"),
        (("rename", "entities/PER", "ORG"), 1, "curator labels merge"),
        (("rename", "entities/PER", " "), 1, "quote a text"),
        (("rename", "PER", "X"), 2, "LAYER/LABEL"),
        (("merge", "entities/PER", "events/ATTACK", "--into", "X"), 2, "several layers"),
        (("split", "entities/PER", "--into", "A"), 1, "split into several others"),
        (("split", "entities/PER", "--into", "A,B", "--words", "C=x"), 2, "--into"),
        (("split", "entities/PER", "--into", "A,B", "--words", "A=x", "--words", "B=X"), 1, "into two labels"),
        (("remove", "events/NOPE"), 1, "has no label NOPE"),
    ],
)
def test_bad_input_changes_nothing(
    run: Run, exported: Path, folder: Path, arguments: tuple[str, ...], code: int, what: str
) -> None:
    before = (folder / FILE).read_bytes()
    ran = run("labels", *arguments)
    assert ran.code == code
    assert what in ran.err
    assert (folder / FILE).read_bytes() == before


def test_a_layout_that_cannot_be_edited_in_place_is_left_as_it_is(run: Run, exported: Path, folder: Path) -> None:
    text = (folder / FILE).read_text(encoding="utf-8").replace("{name: PER,", "{name: &per PER,", 1)
    anchored = text.replace(
        "mappings: {ACE 2005: [Conflict.Attack]", "mappings: {NAME: [*per], ACE 2005: [Conflict.Attack]"
    )
    (folder / FILE).write_text(anchored, encoding="utf-8")
    ran = run("labels", "rename", "entities/PER", "PERSON")
    assert (ran.code, "edited in place" in ran.err) == (1, True)
    assert (folder / FILE).read_text(encoding="utf-8") == anchored
