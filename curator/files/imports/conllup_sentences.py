"""The sentences of a CoNLL-U Plus file: comments, and words with their columns and the white space around them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from curator.domain.errors import InputRefused
from curator.files.imports.text_lines import TextLine, text_lines
from curator.files.json_documents import LINE_BYTES
from curator.steps.ports.imports import ImportFiles

_PLAIN = ("ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC")
_COLUMNS = "global.columns"
_HEAD = frozenset({"layers"})
_COMMENT = re.compile(r"#\s*(?P<name>[^=\s]+(?: id)?)\s*(?:=\s*(?P<value>.*))?", re.DOTALL)
_VALUES = ("span", "relation", "attribute")
_ID = re.compile(r"(?P<first>[0-9]{1,9})(?:-(?P<last>[0-9]{1,9})|(?P<empty>\.[0-9]+))?")
_ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_SPACES = {"s": " ", "t": "\t", "n": "\n", "r": "\r", "p": "|", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class PlusToken:
    """A word with all its columns, how it is written, and the white space around it.

    Of several that are written as one the first has that; the others are `joined` to it and have no text of their own.
    """

    line: str
    columns: tuple[str, ...]
    form: str
    before: str
    after: str
    joined: bool = False


@dataclass(slots=True)
class PlusSentence:
    """A sentence: the names of its columns, its comments, all `values` of those that may be several, and its words."""

    name: str
    encoding: str
    columns: tuple[str, ...]
    comments: dict[str, str] = field(default_factory=dict)
    values: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in _VALUES})
    words: list[PlusToken] = field(default_factory=list)
    raw: str = ""


def sentences(files: ImportFiles, file: str, limit: int) -> Iterator[PlusSentence]:
    """Yield the sentences of a file. Raises InputRefused, naming the line, for what is none of the format's lines."""
    reading: _Reading | None = None
    name = files.shown(file)
    columns: tuple[str, ...] = _PLAIN
    for line in text_lines(files, file, limit):
        if line.text.strip():
            reading = reading or _Reading(line, columns, limit * LINE_BYTES)
            reading.take(line)
            columns = reading.sentence.columns
        elif reading is not None and reading.sentence.words:
            yield reading.done()
            reading = None
        name = line.name
    if reading is not None and not reading.is_head():
        # The format wants it, so that a file which was cut is not taken for a whole one.
        raise InputRefused("no blank line after the last sentence", name, "complete the file; end it with a blank line")


class _Reading:
    """A sentence that is read line by line."""

    def __init__(self, line: TextLine, columns: tuple[str, ...], bound: int) -> None:
        self.sentence = PlusSentence(line.name, line.encoding, columns)
        self._raw: list[str] = []
        self._bound = bound
        self._size = 0
        # What words up to this one are written as, which the first of them takes.
        self._within = 0
        self._written: tuple[str, str, str] | None = None

    def take(self, line: TextLine) -> None:
        """Take a line that is not blank."""
        self._raw.append(f"{line.text}\n")
        self._size += len(line.text)
        if self._size > self._bound:
            raise InputRefused("sentence is too large for any text", line.name, "end sentences with blank lines")
        if line.text.startswith("#") and not self.sentence.words:
            self._take_comment(line)
        else:
            self._take_row(line)

    def is_head(self) -> bool:
        """Say whether it is what a file begins with before its first sentence."""
        return not self.sentence.words and self.sentence.comments.keys() <= _HEAD

    def done(self) -> PlusSentence:
        """Return the sentence."""
        self.sentence.raw = "".join(self._raw)
        return self.sentence

    def _take_comment(self, line: TextLine) -> None:
        match = _COMMENT.fullmatch(line.text)
        if match is None:
            return
        name, value = match["name"], match["value"] or ""
        if name in _VALUES:
            self.sentence.values[name].append(value)
        elif name == _COLUMNS:
            columns = tuple(value.split())
            if "ID" not in columns or "FORM" not in columns:
                raise InputRefused("no columns ID and FORM", line.name, f"name them in {_COLUMNS}")
            self.sentence.columns = columns
        else:
            self.sentence.comments[name] = value

    def _take_row(self, line: TextLine) -> None:
        columns = tuple(line.text.split("\t"))
        names = self.sentence.columns
        if len(columns) != len(names):
            what = f"line has {len(columns)} columns, where {len(names)} are named"
            raise InputRefused(what, line.name, "complete the line, with tabs between columns")
        word = dict(zip(names, columns, strict=True))
        match = _ID.fullmatch(word["ID"])
        if match is None:
            raise InputRefused(f"{word['ID']!r} is no number of a word", line.name, "write 1, 1-2 or 1.1")
        first = int(match["first"])
        if match["empty"]:
            return
        misc = dict(part.partition("=")[::2] for part in word.get("MISC", "_").split("|"))
        form = "" if "NoForm" in misc else word["FORM"]
        before, after = _unescaped(misc.get("SpacesBefore", "")), _after(misc)
        if match["last"]:
            self._written, self._within = (form, before, after), int(match["last"])
            return
        joined = False
        if first <= self._within:
            joined = self._written is None
            form, before, after = self._written or ("", "", "")
            self._written = None
        self.sentence.words.append(PlusToken(line.name, columns, form, before, after, joined))


def _after(misc: dict[str, str]) -> str:
    if misc.get("SpaceAfter") == "No":
        return ""
    return _unescaped(misc.get("SpacesAfter", "\\s"))


def _unescaped(blanks: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)) if match[1] else _SPACES.get(match[2], match[0]), blanks)
