"""What every command begins from."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from curator.bootstrap.workspace import Workspace

if TYPE_CHECKING:
    from curator.settings import Settings


@dataclass(frozen=True)
class Context:
    """The workspace and the configuration a command works with; `given` stands in for what the file says."""

    workspace: Workspace
    config: Path
    verbose: bool = False
    given: "Settings | None" = None

    @cached_property
    def settings(self) -> "Settings":
        """The settings, read when they are first asked for. Raises SettingsError as `read_settings` does."""
        from curator.settings import read_settings

        return self.given or read_settings(self.config)
