"""Every line of JSON that is written is one line to any reader, and says the same."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.cli.output import emit
from curator.domain.document import Document
from curator.domain.json_values import unbroken
from curator.domain.record import Provenance, record_from_line, record_line, record_of
from curator.domain.span import Attribute, Content, Span
from curator.files.lines import write_lines
from curator.spacy_models.chances import Counts, write_counts
from tests.fakes.parts import region
from tests.fakes.world import World
from tests.steps.datasets.test_freeze import export_of

BREAKS = [char for char in map(chr, range(sys.maxunicode + 1)) if len(f"a{char}a".splitlines()) > 1]
TEXTS = st.text(st.sampled_from([*BREAKS, "a", "é", '"', "\\", "😀"]), max_size=8)


def lines(text: str) -> list[str]:
    """Return the lines of a text as the readers see them that break it at most characters; all end with LF."""
    assert text.endswith("\n")
    assert text.splitlines() == text.removesuffix("\n").split("\n")
    return text.splitlines()


def test_every_character_that_breaks_lines_is_escaped() -> None:
    assert {"\x85", "\u2028", "\u2029", "\v", "\f", "\x1c"} < set(BREAKS)
    for char in BREAKS:
        text = json.dumps({char: [char]}, ensure_ascii=False)
        assert len(unbroken(text).splitlines()) == 1
        assert json.loads(unbroken(text)) == {char: [char]}


@given(st.lists(st.dictionaries(TEXTS, TEXTS | st.lists(TEXTS)), max_size=4))
def test_json_lines_are_one_line_a_value(values: list[dict[str, Any]]) -> None:
    stream = io.BytesIO()
    write_lines(stream, values)
    text = stream.getvalue().decode()
    assert [json.loads(line) for line in (lines(text) if values else [])] == values


@given(TEXTS.filter(bool), st.dictionaries(TEXTS, TEXTS))
def test_a_record_is_one_line(text: str, meta: dict[str, str]) -> None:
    content = Content((Span("entities", 0, 1, "PER"),), (), (Attribute("document", "note", text),))
    record = record_of(Document("d", text, "fr"), content, ["entities"], meta, Provenance((text,), source=text))
    line = record_line(record)
    assert len(lines(line.decode())) == 1
    assert record_from_line(line) == record


@pytest.mark.parametrize("char", BREAKS)
def test_what_commands_and_tables_write_is_one_line(char: str, capsys: pytest.CaptureFixture[str]) -> None:
    emit({"a": char})
    assert [json.loads(line) for line in lines(capsys.readouterr().out)] == [{"a": char}]
    assert len(lines(write_counts({("entities", char, "PER"): Counts(1, 2)}).decode())) == 1


def test_the_files_of_a_version_have_a_line_a_record(world: World, tmp_path: Path) -> None:
    odd = "Marie" + "".join(char for char in BREAKS if char != "\r")
    for task in world.with_tasks(odd, "Paris dort"):
        world.server.annotate(task, [{**region(0, 5, "PER"), "from_name": odd}])
    world.deliver()
    frozen = export_of(world, tmp_path)()
    data = {name: facts for name, facts in frozen.manifest["files"].items() if name.endswith(".jsonl")}
    assert len(data) == 6
    for name, facts in data.items():
        text = (frozen.path / name).read_text("utf-8")
        assert len(text.splitlines()) == facts["records"]
    for name in ("LOSSES.json", "manifest.json"):
        assert lines((frozen.path / name).read_text("utf-8"))[0] == "{"
    assert json.loads((frozen.path / "LOSSES.json").read_text("utf-8"))["losses"][0]["item"]["from_name"] == odd
