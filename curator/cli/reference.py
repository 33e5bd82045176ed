"""The command reference of the README, made from the commands themselves."""

from collections.abc import Iterator

import click

from curator.cli.main import cli


def reference() -> str:
    """Return a Markdown table of every command with its usage and what it does, in the order of `curator --help`."""
    rows = ["| command | does |", "| --- | --- |"]
    for name, command in commands_of(cli):
        rows += _rows(f"curator {name}", command)
    return "\n".join(rows) + "\n"


def commands_of(group: click.Group) -> Iterator[tuple[str, click.Command]]:
    """Yield the commands of a group with their names, in the order of its `--help`."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None:
            yield name, command


def _rows(path: str, command: click.Command) -> list[str]:
    if isinstance(command, click.Group):
        return [row for name, inner in commands_of(command) for row in _rows(f"{path} {name}", inner)]
    usage = " ".join(_shown(parameter) for parameter in command.params)
    does = " ".join((command.help or "").split())
    return [f"| `{path}{' ' if usage else ''}{usage}` | {does} |".replace("\n", " ")]


def _shown(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        many = "…" if parameter.nargs == -1 else ""
        shown = (parameter.metavar or str(parameter.name).upper()).removesuffix("…")
        return f"{shown}{many}" if parameter.required else f"[{shown}{many}]"
    name = parameter.opts[0]
    flag = isinstance(parameter, click.Option) and parameter.is_flag
    return f"[{name}]" if flag else f"[{name} {parameter.make_metavar(click.Context(cli))}]"


if __name__ == "__main__":
    click.echo(reference(), nl=False)
