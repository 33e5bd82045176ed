"""The lines of a file of brat's annotations, each with its id, by kind."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from curator.domain.errors import InputRefused

_LINE = re.compile(r"(?P<id>(?P<kind>[TEREAMN#])[^\s]*|(?P<all>\*))[\t ](?P<rest>.*)", re.DOTALL)
_KINDS = {"M": "A"}


@dataclass(frozen=True, slots=True)
class BratLine:
    """A line: the kind of annotation, its id (`*` has none of its own), what it says and the words or note after it.

    `name` is what messages call the line; `words` is None where there is no second tab.
    """

    name: str
    kind: str
    id: str
    says: str
    words: str | None

    def refused(self, what: str) -> InputRefused:
        """Return the error for what is wrong with the line."""
        return InputRefused(what, self.name, "correct the line, or take it out")


def brat_lines(text: str, shown: str) -> Iterator[BratLine]:
    """Yield the lines that are not blank. Raises InputRefused for what is no annotation, and for an id given twice."""
    ids: set[str] = set()
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.removesuffix("\r")
        if not line.strip():
            continue
        name = f"{shown}:{number}"
        match = _LINE.fullmatch(line)
        if match is None:
            raise InputRefused("line is no annotation", name, "write an id such as T1, a tab and what it is")
        says, tab, words = match["rest"].partition("\t")
        kind = match["kind"] or match["all"]
        read = BratLine(name, _KINDS.get(kind, kind), match["id"], says, words if tab else None)
        if read.id in ids:
            raise read.refused(f"id {read.id!r} is given twice")
        if kind != "*":
            ids.add(read.id)
        yield read
