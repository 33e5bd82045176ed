"""`curator up`, as far as it goes without a Label Studio."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_a_corpus_that_is_not_there_is_reported_before_anything_is_made(run: Run, folder: Path) -> None:
    ran = run("--workspace", "new", "up", "--corpus", "nowhere")
    assert (ran.code, ran.out) == (1, "")
    assert ran.error_line == "curator: no such corpus (nowhere): check --corpus"
    assert not (folder / "new").exists()


@pytest.mark.parametrize("option", ["--port", "--hook-port"])
def test_a_port_is_a_number_that_there_is(run: Run, option: str) -> None:
    assert run("up", option, "65536").code == 2
