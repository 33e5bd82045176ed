"""Errors a user can act on: a sentence each, and beside it the data that a caller could want."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(eq=False)
class CuratorError(Exception):
    """A failure in one line: what went wrong, where, and what to do about it."""

    what: str
    where: str = ""
    remedy: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception's own way would lose what was given by name, and fail where another process raised it.
        return _made, (type(self), {field.name: getattr(self, field.name) for field in fields(self)})

    def __str__(self) -> str:
        where = f" ({self.where})" if self.where else ""
        remedy = f": {self.remedy}" if self.remedy else ""
        return f"{self.what}{where}{remedy}"


def _made(kind: type[CuratorError], values: dict[str, Any]) -> CuratorError:
    return kind(**values)


@dataclass(eq=False, kw_only=True)
class InputRefused(CuratorError):
    """One input cannot be taken in; the others can.

    Where that is the reason: the offending `character`'s index in the text, the language `lang` that the text is in,
    the `limit` in bytes that it goes beyond.
    """

    character: int | None = None
    lang: str | None = None
    limit: int | None = None


@dataclass(eq=False, kw_only=True)
class SchemaError(CuratorError):
    """A label schema is not well formed, or does not fit what is stored, which bears the names that are `gone`."""

    gone: tuple[str, ...] = ()


@dataclass(eq=False, kw_only=True)
class SettingsError(CuratorError):
    """A setting is missing or has no sense: the one of this dotted `name`, none where the whole file is at fault."""

    name: str = ""


@dataclass(eq=False, kw_only=True)
class ServerUnreachable(CuratorError):
    """Label Studio did not answer, or with an HTTP `status` of its own trouble; trying again later may succeed."""

    status: int | None = None


@dataclass(eq=False, kw_only=True)
class ServerFailed(ServerUnreachable):
    """Label Studio answered with an error of its own; asking for something else may succeed."""


@dataclass(eq=False, kw_only=True)
class ServerRefused(CuratorError):
    """Label Studio refused, by HTTP `status` or by what it answered; trying again will not help."""

    status: int | None = None


@dataclass(eq=False, kw_only=True)
class AnswerNotUnderstood(ServerRefused):
    """What answered is not what Label Studio says here."""


@dataclass(eq=False, kw_only=True)
class DeletionsNotAccepted(CuratorError):
    """More is gone from Label Studio than is removed unasked: so many of so many that are known are held."""

    project: int = 0
    tasks_going: int = 0
    tasks_known: int = 0
    annotations_going: int = 0
    annotations_known: int = 0


class StoreUnavailable(CuratorError):
    """The store, or the inbox, cannot be read or written at all; what was asked of it is not at fault."""


class NotThere(CuratorError):
    """There is no dataset, version, tag or file of the name that was asked for."""


class FolderChanged(CuratorError):
    """The folder of a version is not there as it was written."""


class LeaseLost(CuratorError):
    """Another process took over what this one was doing; what it was about to write is not written."""


@dataclass(eq=False, kw_only=True)
class TooLittleData(CuratorError):
    """A split of a dataset version has too few records with spans: `records` where `needed` are."""

    split: str = ""
    records: int = 0
    needed: int = 0
