"""What a reconciliation did, and what it came upon."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from curator.domain.annotation import UnreadableAnnotation
from curator.domain.errors import DeletionsNotAccepted
from curator.steps.desk.taken_up import TakenUp

DOUBLED_REMEDY = "curator sync --remove-doubled"
"""The command that removes surplus tasks on which nobody has worked."""
GONE_REMEDY = "curator sync --accept-deletions"
"""The command that lets annotations go whose project is gone."""
KINDS = ("created", "updated", "deleted", "tasks_deleted")


@dataclass(frozen=True, slots=True)
class DoubledDocument:
    """A document that several tasks of a project hold."""

    project: int
    document: str
    tasks: tuple[int, ...]

    def __str__(self) -> str:
        return f"document {self.document} has tasks {', '.join(map(str, self.tasks))} in project {self.project}"

    def value(self) -> dict[str, Any]:
        """Return it as a JSON value."""
        return {"project": self.project, "document": self.document, "tasks": list(self.tasks)}


@dataclass(frozen=True, slots=True)
class GoneProject:
    """A project that Label Studio no longer has, and how many of its tasks and current annotations the store has."""

    project: int
    tasks: int
    annotations: int

    @property
    def is_something(self) -> bool:
        """Whether the store has anything of it."""
        return self.tasks > 0 or self.annotations > 0

    def __str__(self) -> str:
        return f"project {self.project} is gone from Label Studio, with {self.annotations} annotations current"

    def value(self) -> dict[str, Any]:
        """Return it as a JSON value."""
        return {"project": self.project, "tasks": self.tasks, "annotations": self.annotations}


@dataclass(slots=True)
class ReconciliationReport:
    """The changes that the webhooks had missed, by kind, and the deliveries applied.

    `unreadable` is all that cannot be read now, `foreign_tasks` the tasks whose annotations are left alone. `reread`
    says why a quick reading became a full one; empty where it did not. `doubled` and `gone` wait for a person,
    `removed` are surplus tasks that were taken away, `taken_up` is what was new in adopted projects. Where the guard
    stopped it, `stopped` says so: nothing was deleted, all else is done.
    """

    missed: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(KINDS, 0)))
    drained: Counter[str] = field(default_factory=Counter)
    foreign: Counter[str] = field(default_factory=Counter)
    unreadable: list[UnreadableAnnotation] = field(default_factory=list)
    foreign_tasks: list[UnreadableAnnotation] = field(default_factory=list)
    doubled: list[DoubledDocument] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    gone: list[GoneProject] = field(default_factory=list)
    reread: str = ""
    webhook: str = "kept"
    reason: str = ""
    stopped: DeletionsNotAccepted | None = None
    taken_up: TakenUp = field(default_factory=TakenUp)

    @property
    def applied(self) -> int:
        return self.missed.total()
