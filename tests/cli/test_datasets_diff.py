"""`curator datasets diff`, `patch`, `merge`, `show` and `tag`."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.stores import open_store
from curator.bootstrap.workspace import Workspace
from curator.domain.canonical import document_id
from curator.domain.span import Content, Span
from curator.domain.split import Assignment
from tests.cli.conftest import Run
from tests.cli.test_export import content
from tests.domain.annotations import LATE, annotation
from tests.fakes.parts import link, region
from tests.store.conftest import arrival

PARIS, LYON = document_id("Paris dort"), document_id("Lyon rit")
RECORDS = ("train.jsonl", "dev.jsonl", "test.jsonl")


def annotate(
    folder: Path, text: str, *items: dict[str, Any], number: int = 2, split: str = "train", **fields: Any
) -> None:
    """Annotate a document, put into the store where it is not there yet."""
    context = Context(Workspace(folder / ".curator"), folder / "configs" / "curator.toml")
    document = document_id(text)
    state = annotation(number=number, body=list(items), updated_at=LATE, annotator="fake/2", **fields).state
    with open_store(context) as store, store.writing() as transaction:
        transaction.documents.add([arrival(text)])
        transaction.documents.assign([Assignment(document, split, "hash")])
        transaction.revisions.append(state.identity, document, state)


@pytest.fixture
def two(run: Run, exported: Path, folder: Path) -> Path:
    """The folder of the datasets, with a second version: a span relabelled, one added, a document added."""
    annotate(folder, "Paris dort", region(0, 5, "PER", id="a"), region(6, 10, "ATTACK", "events", id="b"))
    annotate(folder, "Lyon rit", region(0, 4, "GPE"), number=3, split="dev")
    assert run("export", "news", "--json").json["version"] == 2
    return exported.parent


def records(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in RECORDS}


def test_a_diff_says_what_changed_by_whom_and_when(run: Run, two: Path) -> None:
    diff = run("datasets", "diff", "news@1", "news@2", "--json").json
    assert (diff["from"]["version"], diff["to"]["version"]) == (1, 2)
    (added,) = diff["documents"]["added"]
    assert (added["document"], added["before"], added["after"]["split"]) == (LYON, None, "dev")
    assert added["after"]["spans"] == {"entities": {"GPE": 1}, "events": {}}
    (relabelled,) = diff["spans"]["relabelled"]
    assert (relabelled["before"]["label"], relabelled["after"]["label"]) == ("GPE", "PER")
    assert (relabelled["document"], relabelled["after"]["text"]) == (PARIS, "Paris")
    (span,) = diff["spans"]["added"]
    assert (span["before"], span["after"]["id"]) == (None, "events:6-10:ATTACK")
    ((who,),) = {tuple(item["annotators"]) for item in (relabelled, span)}
    assert who.startswith("annotator-")
    assert span["changed_by"] == [{"annotator": who, "at": LATE}]
    assert diff["relations"] == diff["attributes"] == []
    assert {item["field"] for item in diff["records"]} >= {"provenance.annotators"}
    summary = diff["summary"]
    assert summary["labels"]["entities"] == {"GPE": {"added": 0, "removed": 0, "moved": 0, "relabelled": 1}}
    assert summary["relabelled"] == [{"layer": "entities", "from": "GPE", "to": "PER", "count": 1}]
    assert summary["annotators"][who] == {"documents": 2, "added": 1, "removed": 0, "moved": 0, "relabelled": 1}
    back = run("datasets", "diff", "news@2", "news@1", "--json").json
    assert [item["document"] for item in back["documents"]["removed"]] == [LYON]
    assert [item["before"]["id"] for item in back["spans"]["removed"]] == ["events:6-10:ATTACK"]


def test_who_changed_a_document_is_named_where_both_versions_name_people(
    run: Run, two: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURATOR_EXPORT__NAMED_ANNOTATORS", "true")
    run("export", "news")
    annotate(folder, "Paris dort", region(0, 5, "GPE"), number=20)
    run("export", "news")
    for before, who in (("news@2", "annotator-"), ("news@3", "user 2")):
        (span,) = run("datasets", "diff", before, "news@4", "--json").json["spans"]["removed"]
        assert [author["annotator"][:10] for author in span["changed_by"]] == [who]


def test_a_diff_is_shown_with_its_text_and_no_escape_of_a_terminal(run: Run, two: Path, folder: Path) -> None:
    lines = run("datasets", "diff", "news@1", "news@2").out.splitlines()
    assert lines[:2] == ["news@1 -> news@2", "documents   1 added, 0 removed, 1 changed"]
    assert "  ≠ entities/GPE -> PER  0-5  [Paris] dort" in lines
    assert "  + document  Lyon rit" in lines
    assert run("datasets", "diff", "news@2", "news@2").out == "news@2 -> news@2\nnothing differs\n"
    for number in range(25):
        annotate(folder, f"Oslo \x1b[31m{number}", region(0, 4, "GPE"), number=10 + number)
    run("export", "news")
    short = run("datasets", "diff", "news@2", "news@3").out
    assert short.endswith("… 5 more documents: --all shows them\n")
    whole = run("datasets", "diff", "news@2", "news@3", "--all").out
    assert (whole.count("+ document"), short.count("+ document")) == (25, 20)
    assert "\x1b" not in whole


def test_a_patch_makes_the_version_byte_for_byte_and_its_file_is_always_the_same(run: Run, two: Path) -> None:
    for patch in ("p.json", "again.json"):
        assert run("datasets", "diff", "news@1", "news@2", "--patch", patch).code == 0
    assert Path("p.json").read_bytes() == Path("again.json").read_bytes()
    head = json.loads(Path("p.json").read_text(encoding="utf-8"))
    assert [head[side]["version"] for side in ("parent", "target")] == [1, 2]
    assert sorted(item["document"] for item in head["documents"]) == sorted([PARIS, LYON])
    ran = run("datasets", "patch", "news@1", "p.json", "--out", "patched", "--json")
    assert (ran.code, ran.json["records"]) == (0, {"train": 1, "dev": 1, "test": 0})
    assert records(Path("patched")) == records(two / "v2")
    assert json.loads(Path("patched/patched.json").read_text(encoding="utf-8"))["version"] is None
    run("datasets", "diff", "news@2", "news@1", "--patch", "back.json")
    assert run("datasets", "patch", "news@2", "back.json", "--out", "back").code == 0
    assert records(Path("back")) == records(two / "v1")
    Path("p.json").write_text(json.dumps(head, indent=2), encoding="utf-8")
    assert run("datasets", "patch", "news@1", "p.json", "--out", "indented").code == 0
    assert records(Path("indented")) == records(two / "v2")
    assert len(run("datasets", "list", "--json").json) == 2


def test_a_patch_that_does_not_fit_is_refused_and_nothing_is_written(run: Run, two: Path, folder: Path) -> None:
    run("datasets", "diff", "news@1", "news@2", "--patch", "p.json")
    ran = run("datasets", "patch", "news@2", "p.json", "--out", "out")
    assert (ran.code, ran.out) == (1, "")
    assert "the patch is from news@1" in ran.error_line
    text = Path("p.json").read_text(encoding="utf-8")
    for old, new, what in (
        ('"label":"GPE","text":"Paris"', '"label":"LOC","text":"Paris"', "entities:0-5:LOC is not there"),
        ('"text":"dort"', '"text":"rêve"', "the text at events:6-10:ATTACK is another one"),
        ('"label":"PER","text":"Paris"', '"label":"ORG","text":"Paris"', "the patch does not make news@2 of news@1"),
        ('"kind":"relabelled"', '"kind":"odd"', "not the patch of a document"),
        ('"format":"curator-patch"', '"format":"other"', "not a patch file"),
        ("\n]}\n", "\n", "cut short"),
    ):
        assert old in text
        Path("wrong.json").write_text(text.replace(old, new), encoding="utf-8")
        ran = run("datasets", "patch", "news@1", "wrong.json", "--out", "out")
        assert (ran.code, ran.out) == (1, "")
        assert what in ran.error_line
    assert "cannot be read" in run("datasets", "patch", "news@1", "none.json", "--out", "out").error_line
    assert not Path("out").exists()
    assert not [path for path in folder.iterdir() if "partial" in path.name]
    Path("out").mkdir()
    assert "something already" in run("datasets", "patch", "news@1", "p.json", "--out", "out").error_line
    assert run("datasets", "patch", "news@1", "p.json").code == 2
    assert run("datasets", "patch", "news@1", "p.json", "--apply").code == 2


def test_versions_that_are_none_or_were_changed_are_refused(run: Run, two: Path) -> None:
    for name, what in (
        ("news@9", "no such version"),
        ("news", "names no dataset version"),
        ("../news@1", "no name for a dataset"),
        ("news@stable", "no such tag: news@stable"),
    ):
        for arguments in (("diff", name, "news@2"), ("diff", "news@1", name), ("show", name)):
            ran = run("datasets", *arguments)
            assert (ran.code, ran.out) == (1, "")
            assert what in ran.error_line
    train = two / "v2" / "train.jsonl"
    train.write_bytes(train.read_bytes().replace(b"Paris", b"Patis"))
    ran = run("datasets", "diff", "news@1", "news@2", "--json", "--patch", "p.json")
    assert (ran.code, ran.out) == (1, "")
    assert "news@2 was changed on disk: train.jsonl was changed" in ran.error_line
    assert not Path("p.json").exists()
    assert run("datasets", "show", "news@2").code == 3
    shutil.rmtree(two / "v2")
    for arguments in (("diff", "news@1", "news@2"), ("show", "news@2")):
        assert "`curator export news@2` writes it again" in run("datasets", *arguments).error_line


def test_without_a_store_versions_stand_by_their_manifests_which_is_said(run: Run, two: Path, folder: Path) -> None:
    run("datasets", "tag", "news@1", "stable")
    shutil.rmtree(folder / ".curator")
    ran = run("datasets", "diff", "news@1", "news@2", "--json", "--patch", "p.json")
    assert (ran.code, ran.json["spans"]["added"][0]["changed_by"]) == (0, [])
    assert "news@1: no store here knows it" in ran.err
    assert run("datasets", "patch", "news@1", "p.json", "--out", "out").code == 0
    assert records(Path("out")) == records(two / "v2")
    shown = run("datasets", "show", "news@1", "--json").json
    assert (shown["folder"]["against"], shown["folder"]["unchanged"]) == ("manifest", True)
    assert "tags are in the store" in run("datasets", "show", "news@stable").error_line


def test_a_patch_is_applied_to_a_store_once_and_the_next_export_holds_it(run: Run, two: Path, folder: Path) -> None:
    run("datasets", "diff", "news@1", "news@2", "--patch", "p.json")
    apply = ("datasets", "patch", "news@1", "p.json", "--apply", "--annotator", "ada", "--json")
    assert run(*apply).json == {"applied": 0, "unchanged": 2, "outranked": [], "left_out": {}}
    run("datasets", "diff", "news@2", "news@1", "--patch", "back.json")
    back = ("datasets", "patch", "news@2", "back.json", "--apply", "--annotator", "ada", "--json")
    ran = run(*back)
    assert (ran.code, ran.json["applied"], ran.json["left_out"]) == (3, 1, {"removed documents": 1})
    ran = run(*back)
    assert (ran.code, ran.json["applied"], ran.json["unchanged"]) == (3, 0, 1)
    assert run("export", "news", "--json").json["version"] == 3
    annotated = [json.loads(line) for line in run("annotations").out.splitlines()]
    assert [(item["annotator"], item["task"]) for item in annotated if item["project"] is None] == [("ada", None)]
    diff = run("datasets", "diff", "news@1", "news@3", "--json").json
    assert not any(diff["spans"].values())
    assert len(diff["documents"]["added"]) == 1
    ran = run(*apply)
    assert (ran.code, ran.json["applied"], ran.json["unchanged"]) == (0, 1, 1)
    run("export", "news")
    assert not any(run("datasets", "diff", "news@2", "news@4", "--json").json["spans"].values())


def test_a_patch_of_what_was_decided_otherwise_since_is_refused_whole(run: Run, two: Path, folder: Path) -> None:
    run("datasets", "diff", "news@1", "news@2", "--patch", "p.json")
    before = run("status", "--json").json
    annotate(folder, "Paris dort", region(0, 10, "GPE"), number=9)
    apply = ("datasets", "patch", "news@1", "p.json", "--apply", "--annotator", "ada")
    ran = run(*apply)
    assert (ran.code, ran.out) == (1, "")
    assert f"decided otherwise by now than the version of the patch has it ({PARIS})" in ran.error_line
    assert run("status", "--json").json["annotations"] == before["annotations"] + 1
    text = Path("p.json").read_text(encoding="utf-8")
    Path("p.json").write_text(text.replace(LYON, f"{LYON[:-1]}{'0' if LYON[-1] != '0' else '1'}"), encoding="utf-8")
    ran = run(*apply)
    assert (ran.code, "the store does not have the document" in ran.error_line) == (1, True)
    assert run("status", "--json").json["annotations"] == before["annotations"] + 1
    assert "no source for a patch" in run(*apply, "--source", "label-studio:x/1").error_line


def test_a_patch_that_a_person_or_the_schema_outranks_is_told_of_and_changes_nothing_more(
    run: Run, exported: Path, folder: Path
) -> None:
    annotate(folder, "Paris dort", region(0, 5, "PER", id="a"))
    run("export", "news")
    run("datasets", "diff", "news@2", "news@1", "--patch", "p.json")
    context = Context(Workspace(folder / ".curator"), folder / "configs" / "curator.toml")
    with open_store(context) as store, store.writing() as transaction:
        content = Content((Span("entities", 0, 5, "PER"),))
        transaction.decisions.add_by_person(PARIS, "fake/9", content)
    apply = ("datasets", "patch", "news@2", "p.json", "--apply", "--annotator", "ada")
    for applied in (1, 0):
        ran = run(*apply, "--json")
        assert (ran.code, ran.json["applied"], ran.json["outranked"]) == (3, applied, [PARIS])
    assert run("status", "--json").json["annotations"] == 3
    text = Path("p.json").read_text(encoding="utf-8")
    Path("p.json").write_text(text.replace('"label":"GPE"', '"label":"PLANET"'), encoding="utf-8")
    ran = run(*apply)
    assert (ran.code, "the label schema in force does not allow" in ran.error_line) == (1, True)
    assert "unknown-label" in ran.error_line


def test_patches_merge_where_they_touch_different_spans_and_list_conflicts_where_not(
    run: Run, exported: Path, folder: Path
) -> None:
    bodies = (
        [region(0, 5, "PER", id="a")],
        [region(0, 5, "GPE", id="a"), region(6, 10, "ATTACK", "events", id="b"), link("b", "a")],
        [region(0, 5, "GPE", id="a"), region(6, 10, "ATTACK", "events", id="b")],
    )
    for number, body in enumerate(bodies, start=2):
        annotate(folder, "Paris dort", *body, number=number)
        run("export", "news")
        run("datasets", "diff", "news@1", f"news@{number}", "--patch", f"p{number}.json")
    ran = run("datasets", "merge", "p2.json", "p4.json", "--out", "merged.json", "--json")
    assert (ran.code, ran.json) == (0, {"out": "merged.json", "conflicts": []})
    assert run("datasets", "patch", "news@1", "merged.json", "--out", "merged").code == 0
    (line,) = Path("merged/train.jsonl").read_text(encoding="utf-8").splitlines()
    spans = json.loads(line)["spans"]
    assert [span["label"] for layer in spans.values() for span in layer] == ["PER", "ATTACK"]
    ran = run("datasets", "merge", "p2.json", "p3.json", "--out", "none.json", "--json")
    assert (ran.code, ran.json["out"]) == (3, None)
    assert {conflict["why"] for conflict in ran.json["conflicts"]} == {"a part of a span that is gone"}
    assert {conflict["document"] for conflict in ran.json["conflicts"]} == {PARIS}
    assert run("datasets", "merge", "p2.json", "p3.json", "--out", "none.json").out.startswith(f"conflict  {PARIS}  ")
    run("datasets", "diff", "news@2", "news@3", "--patch", "other.json")
    ran = run("datasets", "merge", "p2.json", "other.json", "--out", "none.json")
    assert (ran.code, "different versions: news@1 and news@2" in ran.error_line) == (1, True)
    assert not Path("none.json").exists()


def test_a_tag_names_a_version_wherever_a_number_does_and_can_be_set_anew(run: Run, two: Path) -> None:
    ran = run("datasets", "tag", "news@1", "stable", "--json")
    assert ran.json == {"dataset": "news", "tag": "stable", "version": 1, "before": None}
    assert run("datasets", "tag", "news@stable", "gold").out == "news@gold is news@1\n"
    assert run("datasets", "show", "news@stable", "--json").json["tags"] == ["gold", "stable"]
    assert run("datasets", "tag", "news@v2", "stable").out == "news@stable is news@2 (was @1)\n"
    run("datasets", "tag", "news@2", "stable")
    assert run("datasets", "diff", "news@gold", "news@stable", "--json").json["to"]["version"] == 2
    assert run("export", "news@stable", "--json").json["version"] == 2
    assert run("datasets", "convert", "news@gold", "--to", "doccano").code == 0
    assert "news@2" not in run("train", "news@nothing").error_line
    history = run("datasets", "tags", "news", "--json").json
    assert [(tag["tag"], tag["version"]) for tag in history] == [("stable", 1), ("gold", 1), ("stable", 2)]
    assert run("datasets", "tags").out.splitlines()[0].endswith("(no longer)")
    for name in ("7", "v7", "a@b", "a/b", "..", ""):
        ran = run("datasets", "tag", "news@1", name)
        assert (ran.code, "is no name for a tag" in ran.error_line) == (1, True)
    assert "the store has no version news@9" in run("datasets", "tag", "news@9", "x").error_line


def test_a_version_is_shown_with_all_that_it_says_of_itself(run: Run, two: Path) -> None:
    run("datasets", "convert", "news@2", "--to", "doccano")
    shown = run("datasets", "show", "news@2", "--json").json
    assert (shown["dataset"], shown["version"], shown["parent"]["version"]) == ("news", 2, 1)
    assert shown["records"] == {"train": 1, "dev": 1, "test": 0}
    assert shown["counts"]["spans"]["events"]["ATTACK"] == 1
    assert (shown["formats"], shown["losses"], shown["tags"]) == (["doccano"], {"policy:latest": 1}, [])
    assert shown["folder"] == {"unchanged": True, "against": "store", "differences": []}
    assert run("datasets", "show", "news@2").out.splitlines()[0].startswith("news@2  ")
    assert content(two / "v2")


def test_a_page_of_a_diff_is_whole_in_itself(run: Run, two: Path) -> None:
    assert run("datasets", "diff", "news@1", "news@2", "--html", "diff.html").code == 0
    html = Path("diff.html").read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>")
    assert "relabelled" in html
    assert html.count("<section") == 2
    assert "src=" not in html
