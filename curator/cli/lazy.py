"""Groups that import a command when it is asked for, so that none pays for the libraries of all."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """A group whose commands are told as MODULE:NAME; `--help` lists them in that order.

    With `summaries`, the first sentences of their docstrings, `--help` imports none of them.
    """

    def __init__(
        self, *arguments: Any, targets: Mapping[str, str], summaries: Mapping[str, str] | None = None, **settings: Any
    ) -> None:
        super().__init__(*arguments, **settings)
        self._targets = targets
        self._summaries = summaries

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._targets)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._targets:
            return None
        module, _, name = self._targets[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self._summaries is None:
            super().format_commands(ctx, formatter)
            return
        limit = formatter.width - 6 - max(map(len, self._targets))
        summaries = ((name, click.Command(name, help=self._summaries[name])) for name in self._targets)
        rows = [(name, command.get_short_help_str(limit)) for name, command in summaries]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
