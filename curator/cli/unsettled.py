"""What push and sync came upon that a person settles."""

from collections.abc import Sequence

from curator.cli.output import say
from curator.steps.desk.report import DOUBLED_REMEDY, GONE_REMEDY, DoubledDocument, GoneProject

_NAMED = 10


def tell_unsettled(doubled: Sequence[DoubledDocument], gone: Sequence[GoneProject]) -> None:
    """Tell of documents with several tasks, and of projects that are gone, each with what settles it."""
    for double in doubled[:_NAMED]:
        say(f"doubled: {double}")
    if doubled:
        more = f"and {len(doubled) - _NAMED} more; " if len(doubled) > _NAMED else ""
        say(
            f"{more}`{DOUBLED_REMEDY}` removes tasks that nobody worked on; the others are left to you, in Label Studio"
        )
    for project in gone:
        say(f"{project}: they count, and are exported, until `{GONE_REMEDY}`")
