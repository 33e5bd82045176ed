"""The cache of what components make of their lexicons: never seen but by how long a start takes."""

import logging
import os
import re
import time
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.span import Content
from curator.spacy_models import compiled as cache
from curator.spacy_models.annotator import SpacyPipeline
from curator.spacy_models.compiled import cache_folder, compiled
from curator.spacy_models.expressions import made_of, parts_of
from curator.spacy_models.french import gazetteer
from tests.conftest import ROOT

TEXT = "Le ministre malien Ahmed Morel a annoncé lundi 3 mai à Bamako l'envoi de 300 soldats et de chars T-72 (ONU)."


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "curator"


@pytest.fixture
def lexicons(tmp_path: Path) -> Path:
    (tmp_path / "lexicons").mkdir()
    (tmp_path / "lexicons" / "names.jsonl").write_text('{"label": "PER", "text": "Morel"}\n')
    return tmp_path / "lexicons"


def fresh() -> str:
    return "fresh"


def made(lexicons: Path, make: str = "made") -> str:
    with compiled("names", lexicons) as kept:
        return kept.value("names", lambda: make)


def the_file(folder: Path) -> Path:
    (path,) = folder.glob("names-*")
    return path


def read(pipeline: SpacyPipeline) -> tuple[Content, str]:
    (content,) = pipeline.annotate([TEXT])
    return content, str(pipeline.id)


def test_predictions_and_digest_are_the_same_cold_warm_and_without(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cold = read(SpacyPipeline(ROOT / "configs" / "rules.cfg"))
    assert {path.name.split("-")[0] for path in folder.iterdir()} >= {"gazetteer", "organisations", "triggers"}
    with monkeypatch.context() as patched:
        patched.setattr(gazetteer, "cities", lambda population: pytest.fail("read again"))
        warm = read(SpacyPipeline(ROOT / "configs" / "rules.cfg"))
    monkeypatch.setattr(cache, "cache_folder", lambda: None)
    without = read(SpacyPipeline(ROOT / "configs" / "rules.cfg"))
    assert cold == warm == without
    assert len(cold[0].spans) > 5


def test_what_was_made_is_not_made_again(folder: Path, lexicons: Path) -> None:
    assert made(lexicons) == made(lexicons, "again") == "made"


@pytest.mark.parametrize("change", ["line", "file", "library", "parameter"])
def test_another_source_is_another_value(lexicons: Path, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made(lexicons)
    if change == "line":
        (lexicons / "names.jsonl").write_text('{"label": "PER", "text": "Morin"}\n')
    elif change == "file":
        (lexicons / "more.jsonl").write_text("")
    elif change == "library":
        monkeypatch.setattr(cache, "_made_by", lambda: ("babel 0",))
    else:
        with compiled("names", lexicons, 15_000) as kept:
            assert kept.value("names", fresh) == "fresh"
        return
    assert made(lexicons, "again") == "again"


def test_the_same_lexicons_elsewhere_are_the_same(lexicons: Path, tmp_path: Path) -> None:
    made(lexicons)
    copytree(lexicons, tmp_path / "copy")
    assert made(tmp_path / "copy", "again") == "made"


@pytest.mark.parametrize("damage", [b"", b"\0" * 10, b"\0" * 1000])
def test_a_damaged_file_is_made_anew(folder: Path, lexicons: Path, damage: bytes) -> None:
    made(lexicons)
    the_file(folder).write_bytes(damage)
    assert made(lexicons, "again") == "again"
    assert made(lexicons, "once more") == "again"


def test_half_a_file_is_made_anew(folder: Path, lexicons: Path) -> None:
    made(lexicons)
    whole = the_file(folder).read_bytes()
    the_file(folder).write_bytes(whole[: len(whole) // 2])
    assert made(lexicons, "again") == "again"


@pytest.mark.parametrize("place", ["file", "folder"])
def test_what_others_may_write_is_not_loaded(folder: Path, lexicons: Path, place: str) -> None:
    made(lexicons)
    (the_file(folder) if place == "file" else folder).chmod(0o777)
    assert made(lexicons, "again") == "again"


def test_nothing_is_written_where_others_may_write(folder: Path, lexicons: Path) -> None:
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    assert made(lexicons) == "made"
    assert list(folder.iterdir()) == []


def test_a_file_of_another_shape_is_made_anew(folder: Path, lexicons: Path) -> None:
    made(lexicons)
    contents: tuple[object, ...] = ((1, 2), ({}, None), ())
    for content in contents:
        cache._write(the_file(folder), content)
        assert made(lexicons, "again") == "again"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_what_is_somebody_elses_is_not_loaded(folder: Path, lexicons: Path) -> None:
    made(lexicons)
    os.chown(the_file(folder), 12_345, -1)
    assert made(lexicons, "again") == "again"


def test_only_its_owner_may_read_and_write_it(folder: Path, lexicons: Path) -> None:
    made(lexicons)
    assert (folder.stat().st_mode & 0o777, the_file(folder).stat().st_mode & 0o777) == (0o700, 0o600)


def test_a_folder_that_cannot_be_made_is_worth_a_line_for_debugging(
    folder: Path, lexicons: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder.parent.write_text("in the way")
    with caplog.at_level(logging.DEBUG):
        assert made(lexicons) == "made"
    assert {record.levelname for record in caplog.records} == {"DEBUG"}


def test_a_full_disk_leaves_nothing_behind(folder: Path, lexicons: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert made(lexicons) == "made"
    assert list(folder.iterdir()) == []


def test_two_at_once_both_have_theirs_and_leave_one_whole_file(folder: Path, lexicons: Path) -> None:
    with compiled("names", lexicons) as first, compiled("names", lexicons) as second:
        values = [kept.value("names", lambda: "made") for kept in (first, second)]
    assert values == ["made", "made"]
    assert made(lexicons, "again") == "made"
    assert len(list(folder.iterdir())) == 1


def test_a_component_that_fails_keeps_nothing(folder: Path, lexicons: Path) -> None:
    with pytest.raises(re.error), compiled("names", lexicons) as kept:
        kept.expression("(")
    assert not folder.exists()


def test_what_nothing_used_for_a_month_is_removed(folder: Path, lexicons: Path) -> None:
    made(lexicons)
    old, left = folder / "names-old.compiled", folder / ".half.compiled"
    for path in (old, left):
        path.write_bytes(b"")
        os.utime(path, (time.time() - 31 * 86_400,) * 2)
    (lexicons / "names.jsonl").write_text("")
    made(lexicons)
    assert not old.exists()
    assert not left.exists()
    assert len(list(folder.iterdir())) == 2


def test_without_a_home_there_is_no_cache(monkeypatch: pytest.MonkeyPatch, lexicons: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() is None
    assert made(lexicons) == "made"
    monkeypatch.delenv("XDG_CACHE_HOME")
    for home in ("", "relative"):
        monkeypatch.setenv("HOME", home)
        assert cache_folder() is None


@given(st.sampled_from([0, re.IGNORECASE, re.MULTILINE]), st.text("aé[]()|?*+{}1,^$.\\w", max_size=12))
def test_an_expression_is_the_one_that_its_parts_were_taken_from(flags: int, pattern: str) -> None:
    try:
        compiled_anew = re.compile(pattern, flags)
    except (re.error, OverflowError, FutureWarning, DeprecationWarning):
        return
    parts = parts_of(pattern, flags)
    assert parts is not None
    again = made_of(parts)
    assert (again, again.flags) == (compiled_anew, compiled_anew.flags)


def test_an_expression_keeps_the_names_of_its_groups() -> None:
    pattern = r"(?P<first>[A-ZÀ-Þ]\w+)(?: (?P<last>\w+))?(?i:x)?"
    parts = parts_of(pattern)
    assert parts is not None
    match = made_of(parts).fullmatch("Ahmed Morel")
    assert match is not None
    assert match.groupdict() == {"first": "Ahmed", "last": "Morel"}
    assert match.lastgroup == "last"
