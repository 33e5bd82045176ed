"""What was taken up of adopted projects."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class TakenUp:
    """What was new in adopted projects, and the tasks that were left out: why, in a few words, by number.

    `languages` are those of the tasks left out for that, `too_large` the tasks left out for theirs.
    """

    tasks: int = 0
    documents: int = 0
    annotations: int = 0
    skipped: int = 0
    predictions: int = 0
    left_out: dict[int, str] = field(default_factory=dict)
    languages: dict[int, str] = field(default_factory=dict)
    too_large: set[int] = field(default_factory=set)
