"""How users name a version of a dataset: NAME@N, or NAME@TAG."""

import re
from dataclasses import dataclass

from curator.domain.errors import CuratorError


@dataclass(frozen=True, slots=True)
class DatasetRef:
    """A version of a dataset by name and number."""

    name: str
    number: int

    def __str__(self) -> str:
        return f"{self.name}@{self.number}"


@dataclass(frozen=True, slots=True)
class TagRef:
    """A version of a dataset by the tag that is set to it."""

    name: str
    tag: str

    def __str__(self) -> str:
        return f"{self.name}@{self.tag}"


_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_NUMBER = re.compile(r"v?0*[0-9]{1,9}")
_DIGITS = re.compile(r"v?[0-9]+")


def version_name(value: str) -> DatasetRef | TagRef:
    """Read NAME@N or NAME@TAG. Raises CuratorError for anything else."""
    name, mark, rest = value.rpartition("@")
    if mark and name and rest:
        if _NUMBER.fullmatch(rest):
            return DatasetRef(name, int(rest.removeprefix("v")))
        if _TAG.fullmatch(rest) and not _DIGITS.fullmatch(rest):
            return TagRef(name, rest)
    raise CuratorError(f"{value!r} names no dataset version", "", "write NAME@N, e.g. news@1, or NAME@TAG")


def dataset_ref(value: str) -> DatasetRef:
    """Read NAME@N. Raises CuratorError for anything else."""
    ref = version_name(value)
    if isinstance(ref, TagRef):
        raise CuratorError(f"{value!r} names no dataset version", "", "write NAME@N, e.g. news@1")
    return ref


def tag_name(value: str) -> str:
    """Return a name that a tag may have. Raises CuratorError for any other."""
    if not _TAG.fullmatch(value) or _DIGITS.fullmatch(value):
        remedy = "use letters, digits, '.', '_' and '-', and more than a number"
        raise CuratorError(f"{value!r} is no name for a tag", "", remedy)
    return value
