"""Errors a user can act on."""

from dataclasses import dataclass


@dataclass(eq=False)
class CuratorError(Exception):
    """A failure in one line: what went wrong, where, and what to do about it."""

    what: str
    where: str = ""
    remedy: str = ""

    def __reduce__(self) -> tuple[type["CuratorError"], tuple[str, str, str]]:
        # An exception's own way would lose what was given by name, and fail where another process raised it.
        return type(self), (self.what, self.where, self.remedy)

    def __str__(self) -> str:
        where = f" ({self.where})" if self.where else ""
        remedy = f": {self.remedy}" if self.remedy else ""
        return f"{self.what}{where}{remedy}"


class InputRefused(CuratorError):
    """One input cannot be taken in; the others can."""


class SchemaError(CuratorError):
    """A label schema is not well formed, or does not fit what is stored."""


class SettingsError(CuratorError):
    """A setting is missing or has no sense."""


class ServerUnreachable(CuratorError):
    """Label Studio did not answer; trying again later may succeed."""


class ServerFailed(ServerUnreachable):
    """Label Studio answered with an error of its own; asking for something else may succeed."""


class ServerRefused(CuratorError):
    """Label Studio refused; trying again will not help."""


class AnswerNotUnderstood(ServerRefused):
    """What answered is not what Label Studio says here."""


class DeletionsNotAccepted(CuratorError):
    """A reconciliation would remove more than the set share of a project."""


class TooLittleData(CuratorError):
    """A dataset version has too few records for what was asked of it."""
