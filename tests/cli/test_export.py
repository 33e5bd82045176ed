"""`curator export`."""

import shutil
from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.stores import open_store
from curator.bootstrap.workspace import Workspace
from curator.domain.canonical import document_id
from curator.domain.split import Assignment
from tests.cli.conftest import Run
from tests.domain.annotations import annotation
from tests.fakes.parts import region
from tests.store.conftest import arrival


def test_export_with_nothing_reviewed_writes_no_version(run: Run, corpus: Path, folder: Path) -> None:
    run("ingest", "corpus/article.txt")
    for more in ([], ["--as-of", "2001-01-01"]):
        ran = run("export", "news", "--json", *more)
        assert (ran.code, ran.out) == (1, "")
    assert not (folder / "exports").exists()


def test_a_schema_that_lost_a_label_is_refused_and_one_that_gained_is_reported(run: Run, folder: Path) -> None:
    labels = folder / "configs" / "labels.yaml"
    whole = labels.read_text(encoding="utf-8")
    run("export", "news")
    labels.write_text(whole.replace("- {name: PER,", "- {name: PERS,"), encoding="utf-8")
    assert labels.read_text(encoding="utf-8") != whole
    ran = run("export", "news")
    assert ran.code == 1
    assert "no longer has label entities/PER" in ran.error_line


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_that_is_missing_is_written_again_and_that_is_said(run: Run, exported: Path) -> None:
    before = content(exported)
    for arguments, words in ((["news"], "unchanged: v1\nits folder was missing"), (["news@1"], "written again: ")):
        shutil.rmtree(exported)
        ran = run("export", *arguments)
        assert (ran.code, ran.out[: len(words)]) == (0, words)
        assert content(exported) == before
    assert run("export", "news").out == "unchanged: v1\n"
    assert run("export", "news@v1").out.startswith("as it was written: ")
    shutil.rmtree(exported)
    assert run("export", "news@1", "--json").json["restored"] is True


def test_what_is_left_out_since_a_version_is_said_beside_its_own_losses(run: Run, exported: Path, folder: Path) -> None:
    context = Context(Workspace(folder / ".curator"), folder / "configs" / "curator.toml")
    document, state = document_id("Lyon dort"), annotation(number=2, body=[region(0, 4, "GPE")], skipped=True).state
    with open_store(context) as store, store.writing() as transaction:
        transaction.documents.add([arrival("Lyon dort")])
        transaction.documents.assign([Assignment(document, "train", "hash")])
        transaction.revisions.append(state.identity, document, state)
    ran = run("export", "news")
    assert ran.out == "unchanged: v1\n"
    assert ran.error_line.endswith("what this export leaves out differs: skipped:latest 1, undecided 1")
    told = run("export", "news", "--json").json
    assert (told["unchanged"], told["losses"], told["losses_now"]) == (True, {}, {"skipped:latest": 1, "undecided": 1})


def test_a_file_that_was_changed_is_noticed_by_every_command_that_uses_it(
    run: Run, exported: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    before = content(exported)
    checks = {check["name"]: check for check in run("doctor", "--json").json["checks"]}
    assert checks["versions"]["ok"]
    card = exported / "README.md"
    card.write_bytes(card.read_bytes().replace(b"\n", b"\r\n"))
    for command in (["export", "news"], ["export", "news@1"], ["train", "news@1"], ["train", "news@1", "--out", "m"]):
        ran = run(*command)
        assert (ran.code, ran.out) == (1, "")
        assert "news@1 was changed on disk: README.md was changed" in ran.error_line
        assert "move that folder away, then `curator export news@1`" in ran.error_line
    checks = {check["name"]: check for check in run("doctor", "--json").json["checks"]}
    assert not checks["versions"]["ok"]
    assert "news@1 was changed on disk: README.md was changed" in checks["versions"]["detail"]
    assert "curator export news@1" in checks["versions"]["remedy"]
    exported.rename(folder / "away")
    checks = {check["name"]: check for check in run("doctor", "--json").json["checks"]}
    assert (checks["versions"]["ok"], checks["versions"]["detail"]) == (
        True,
        "0 as they were written, 1 not on this machine",
    )
    assert run("export", "news@1").code == 0
    assert content(exported) == before


def test_a_version_that_the_store_does_not_have_is_not_written(run: Run, exported: Path) -> None:
    ran = run("export", "news@2")
    assert ran.code == 1
    assert "the store has no version news@2" in ran.error_line
    assert run("export", "news@1", "--as-of", "2026-01-01").code == 2
    assert run("export", "news@x").code == 1


def test_folders_of_another_store_are_left_alone_which_is_said(run: Run, exported: Path) -> None:
    stranger = exported.parents[1] / "other" / "v5"
    stranger.mkdir(parents=True)
    ran = run("export", "other")
    assert ran.out.startswith("other v6: ")
    assert ran.error_line.endswith("v5 is of no version of this store")
    assert list(stranger.iterdir()) == []
    assert (run("export", "other").out, run("export", "other").err) == ("unchanged: v6\n", "")
