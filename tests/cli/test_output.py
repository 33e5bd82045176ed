import json

import pytest

from curator.cli.output import emit, flat, progress, report


def test_a_value_is_one_line_of_json_whatever_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    for value in ({"é": "a\nb"}, {"lone": "\ud800"}):
        emit(value)
        line = capsys.readouterr().out
        assert line.count("\n") == 1
        assert json.loads(line) == value


def test_a_report_is_aligned_and_shows_what_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    report({"a": 1, "long": None, "counts": {"x": 2, "y": 0}, "none": {}}, as_json=False)
    assert capsys.readouterr().out.splitlines() == ["a       1", "long    -", "counts  x 2, y 0", "none    -"]


def test_flat_text_is_printable_and_on_one_line() -> None:
    assert flat("a\nb\t\x1b[31mé\u202e") == "a b [31mé"


def test_progress_writes_nothing_where_there_is_no_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with progress("work") as tell:
        tell(1, None)
        tell(2, 2)
    assert capfd.readouterr() == ("", "")


def test_piped_progress_is_a_line_for_each_twentieth(capfd: pytest.CaptureFixture[str]) -> None:
    with progress("work", piped=True) as tell:
        for done in range(1, 101):
            tell(done, 100)
        tell(7, None)
    out, err = capfd.readouterr()
    assert out == ""
    assert err.splitlines() == [f"work: {done} of 100" for done in range(5, 101, 5)]
