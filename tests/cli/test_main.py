"""Exit codes, how errors are told, and what `--json` promises."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from curator.cli.main import cli, main
from curator.cli.reference import commands_of
from tests.cli.conftest import Run
from tests.conftest import ROOT


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["status", "--nonsense"],
        ["ingest"],
        ["export"],
        ["export", "news", "--as-of", "yesterday"],
        ["export", "news", "--as-of", "0001-01-01T00:00:00+14:00"],
        ["serve", "--port", "70000"],
        ["serve", "--workers", "0"],
        ["preannotate", "--out", "x.jsonl"],
        ["preannotate", "a.txt", "--json"],
        ["--config", "configs", "status"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_2_and_writes_nothing_to_standard_output(run: Run, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Usage: curator" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([name, "--help"] for name, _ in commands_of(cli))])
def test_help_is_exit_0(run: Run, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out


def test_every_command_says_what_it_does_and_every_report_takes_json() -> None:
    commands = dict(commands_of(cli))
    assert all(command.help for command in commands.values())
    without_report = {"up", "demo", "serve", "annotations"}
    single = {name: command for name, command in commands.items() if not isinstance(command, click.Group)}
    groups = [group for group in commands.values() if isinstance(group, click.Group)]
    grouped = [command for group in groups for _, command in commands_of(group)]
    assert {name for name, command in single.items() if not _takes_json(command)} == without_report
    assert all(_takes_json(command) for command in grouped)


def _takes_json(command: click.Command) -> bool:
    return any("--json" in parameter.opts for parameter in command.params)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "none.toml", "status"], "no configuration (none.toml)"),
        (["export", "news"], "no document is reviewed yet (news): submit one in Label Studio, then `curator sync`"),
        (["sync"], "no project yet (embedded): run `curator push` first"),
        (["train", "news"], "'news' names no dataset version"),
        (["train", "news@1"], "no such version: news@1"),
        (["train", "../x@1"], "is no name for a dataset"),
        (["preannotate", "--pipeline", "nowhere"], "spaCy pipeline is not installed (nowhere)"),
        (["--workspace", "configs/curator.toml/w", "init"], "workspace cannot be made"),
    ],
)
def test_a_failure_is_exit_1_and_one_line_with_its_remedy(run: Run, arguments: list[str], message: str) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out) == (1, "")
    assert ran.error_line.startswith("curator: ")
    assert message in ran.error_line


def test_the_traceback_comes_with_v_only(run: Run) -> None:
    assert "Traceback" not in run("export", "news").err
    ran = run("-v", "export", "news")
    assert ran.code == 1
    assert "Traceback" in ran.err
    assert ran.err.splitlines()[-1].startswith("curator: no document is reviewed yet")


def test_an_unforeseen_error_is_one_line_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("two\nlines")

    monkeypatch.setattr("curator.bootstrap.status.status", broken)
    ran = run("status", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert ran.error_line == "curator: unexpected RuntimeError: two lines; run again with -v for the traceback"


def test_a_mistake_in_the_configuration_is_reported_where_it_is(run: Run, folder: Path) -> None:
    config = folder / "configs" / "curator.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("threads = 8", "thread = 8"), encoding="utf-8")
    ran = run("status")
    assert (ran.code, ran.error_line.count("hook.thread")) == (1, 1)
    assert "configs/curator.toml" in ran.error_line


def test_a_senseless_variable_is_reported(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_HOOK__PORT", "many")
    ran = run("status")
    assert ran.code == 1
    assert "setting hook.port" in ran.error_line


def test_a_schema_that_is_not_well_formed_is_reported(run: Run, folder: Path) -> None:
    (folder / "configs" / "labels.yaml").write_text("layers: [", encoding="utf-8")
    ran = run("ingest", "x.txt")
    assert ran.code == 1
    assert "label schema is no YAML" in ran.error_line


def test_the_workspace_may_come_from_the_environment(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_WORKSPACE", str(folder / "elsewhere"))
    assert run("init", "--json").json["workspace"] == str(folder / "elsewhere")
    assert (folder / "elsewhere" / "store.sqlite3").exists()
    assert run("--workspace", "here", "init", "--json").json["workspace"] == "here"
    assert (folder / "here" / "store.sqlite3").exists()


def test_a_reader_that_goes_away_is_no_error_to_tell(folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    for arguments in (["status", "--json"], ["status"], ["--help"]):
        ran = subprocess.run(
            [sys.executable, "-m", "curator", *arguments],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (1, "")
    os.close(writing)


def test_no_output_names_a_secret_unasked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__TOKEN", "very-secret-token")
    monkeypatch.setenv(
        "CURATOR_DATABASE__URL", "postgresql://user:very-secret-token@127.0.0.1:1/none?connect_timeout=1"
    )
    for arguments in (["-v", "status"], ["-v", "push"], ["-v", "annotations"]):
        ran = run(*arguments)
        assert ran.code == 1
        assert "very-secret" not in ran.out + ran.err


def test_main_takes_the_arguments_of_the_process(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["curator", "nonsense"])
    assert main() == 2
