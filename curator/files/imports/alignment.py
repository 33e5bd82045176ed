"""Tokens found again in a text."""

from curator.domain.errors import InputRefused


class TokenPlaces:
    """The places of tokens in a text, each the first one after the token before, with white space alone between."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def place(self, forms: tuple[str, ...], line: str) -> tuple[int, int]:
        """Return where the next token is, which may be written in several forms, the likeliest first.

        Raises InputRefused, naming the line, where none of them is what comes next.
        """
        self._skip_blanks()
        for form in forms:
            if self._text.startswith(form, self._at):
                start, self._at = self._at, self._at + len(form)
                return start, self._at
        there = self._text[self._at : self._at + 20]
        raise InputRefused(f"token {forms[0]!r} is not what the text goes on with, {there!r}", line, "check the text")

    def end(self, line: str) -> None:
        """Raise InputRefused, naming the place at which the tokens end, where the text goes on."""
        self._skip_blanks()
        if self._at < len(self._text):
            there = self._text[self._at : self._at + 20]
            raise InputRefused(f"tokens end where the text goes on with {there!r}", line, "complete the file")

    def _skip_blanks(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
