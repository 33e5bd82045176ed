"""Errors that a user can act on: a line each, and beside it the data that a caller could want."""


class ClientError(Exception):
    """A failure in one line: what went wrong, where, and what to do about it."""

    def __init__(self, what: str, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where, remedy)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        where = f" ({self.where})" if self.where else ""
        remedy = f": {self.remedy}" if self.remedy else ""
        line = f"{self.what}{where}{remedy}"
        # A server may say anything.
        return " ".join("".join(char if char.isprintable() else " " for char in line).split())


class TokenRefused(ClientError):
    """The server wants a token, another one, or one that has not expired."""


class NotFound(ClientError):
    """The server has no such dataset, version or file."""


class ServerGone(ClientError):
    """The server does not answer, is busy, or stopped in the middle: `received` bytes of `file` are kept."""

    def __init__(self, what: str, where: str = "", remedy: str = "", *, file: str = "", received: int = 0) -> None:
        super().__init__(what, where, remedy)
        self.file = file
        self.received = received


class FileDoesNotFit(ClientError):
    """A file is not what the version says: nothing of it is kept."""

    def __init__(self, what: str, where: str = "", remedy: str = "", *, file: str = "") -> None:
        super().__init__(what, where, remedy)
        self.file = file


class PackageMissing(ClientError):
    """What makes the form that was asked for is not installed."""
