"""The command reference names what each command takes."""

import click

from curator.cli.main import cli
from curator.cli.reference import commands_of, reference


def test_every_command_and_subcommand_has_a_row() -> None:
    lines = reference().splitlines()
    assert lines[:2] == ["| command | does |", "| --- | --- |"]
    usages = [line.removeprefix("| `curator ").partition("`")[0] for line in lines[2:]]
    for name, command in commands_of(cli):
        names = [f"{name} {inner}" for inner, _ in commands_of(command)] if isinstance(command, click.Group) else [name]
        assert all(any(usage.partition(" [")[0].startswith(path) for usage in usages) for path in names)
    assert len(usages) == len(set(usages))


def test_required_and_repeated_arguments_and_flags_are_written_as_usage_writes_them() -> None:
    rows = reference()
    assert "`curator evaluate GOLD.jsonl… [--pipeline NAME]" in rows
    assert "`curator preannotate [PATHS…] " in rows
    assert "[--json]`" in rows
