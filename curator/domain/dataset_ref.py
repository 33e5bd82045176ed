"""How users name a version of a dataset: NAME@N."""

from dataclasses import dataclass

from curator.domain.errors import CuratorError


@dataclass(frozen=True, slots=True)
class DatasetRef:
    """A version of a dataset by name and number."""

    name: str
    number: int

    def __str__(self) -> str:
        return f"{self.name}@{self.number}"


def dataset_ref(value: str) -> DatasetRef:
    """Read NAME@N. Raises CuratorError for anything else."""
    name, mark, number = value.rpartition("@")
    if not mark or not name or not number.removeprefix("v").isdecimal():
        raise CuratorError(f"{value!r} names no dataset version", "", "write NAME@N, e.g. news@1")
    return DatasetRef(name, int(number.removeprefix("v")))
