"""Documents of a token a line: sentences between blank lines, and a tag in the last column."""

import hashlib
import re
from collections.abc import Generator
from dataclasses import dataclass, field

from curator.domain.canonical import too_large
from curator.domain.errors import InputRefused
from curator.files.imports.tags import is_inside, is_tag
from curator.files.imports.text_lines import TextLine, text_lines
from curator.steps.ports.imports import ImportFiles

_BEGINS = "-DOCSTART-"
_LIKE_BEGINS = _BEGINS.replace("-", "_")
_NAMED = re.compile(rf"{_BEGINS}[ \t]+\((?P<id>.+)\).*")
_COMMENT = re.compile(
    r"#+(?: (?=newdoc|id|doc_id)| ?(?=[\w.]+(?: \w+)?\s*=))"
    r"(?P<name>newdoc id|newdoc|id|doc_id|[\w.]+(?: \w+)?(?=\s*=))(?:\s*=\s*|\s+|$)(?P<value>\S*).*"
)
OTHER_TAGS = "other-tag-column"
"""The cause of a column of tags that is not the last one, from which alone spans are read."""

_IDS = frozenset({"newdoc", "newdoc id", "id", "doc_id"})
_COLUMNS = re.compile(r"[ \t]+")


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token with its tag; `line` is what messages call its line, `forms` how it may stand in the text."""

    line: str
    forms: tuple[str, ...]
    tag: str


@dataclass(slots=True)
class TokenDocument:
    """A document as a file of tokens has it, under the id that the file gives it; `end` is the line it ends at."""

    name: str
    id: str = ""
    encoding: str = "utf-8"
    sentences: list[list[TokenLine]] = field(default_factory=list)
    end: str = ""
    sha256: str = ""
    other_tags: set[int] = field(default_factory=set)

    @property
    def left_out(self) -> dict[str, int]:
        """What is left out of the document, counted by cause: the columns of other tags."""
        return {OTHER_TAGS: len(self.other_tags)} if self.other_tags else {}

    def joined(self) -> str:
        """Return the text that the tokens make: a blank between two, a line end after each sentence but the last."""
        return "\n".join(" ".join(token.forms[0] for token in sentence) for sentence in self.sentences)


def token_documents(files: ImportFiles, file: str, limit: int, *, is_own: bool) -> Generator[TokenDocument, None, None]:
    """Yield the documents of a file, of which one begins at `-DOCSTART-` or at a comment with an id.

    What lies before the first of these is a document too, but for blank lines and comments. A file that is our own has
    no comments, and each of its lines an end. Raises InputRefused, naming the line, for one without a tag, of other
    columns than the first one has, and beyond the `limit` of a text in bytes.
    """
    reading = _Reading(limit, is_own)
    name = files.shown(file)
    for line in text_lines(files, file, limit):
        name = line.name
        if (done := reading.take(line)) is not None:
            yield done
    if (done := reading.finished(name)) is not None:
        yield done


class _Reading:
    """What was read of a file so far."""

    def __init__(self, limit: int, is_own: bool) -> None:
        self._limit = limit
        self._is_own = is_own
        self._columns = 0
        self._document: TokenDocument | None = None
        self._sentence: list[TokenLine] = []
        self._size = 0
        self._hash = hashlib.sha256()

    def take(self, line: TextLine) -> TokenDocument | None:
        """Take a line; returns the document that ended before it, if one did."""
        text = line.text.strip(" \t")
        begins, named = self._beginning(text)
        if begins:
            done = self.finished(line.name)
            self._document = TokenDocument(line.name, named, line.encoding)
            return done
        if not text:
            self._end_sentence()
        elif self._is_own or self._sentence or not _is_comment(text):
            self._take_token(line, text)
        return None

    def _beginning(self, text: str) -> tuple[bool, str]:
        """Say whether a document begins at a line, and by which id."""
        if text.startswith(_BEGINS) and (len(text) == len(_BEGINS) or text[len(_BEGINS)] in " \t"):
            match = _NAMED.fullmatch(text)
            return True, match["id"].strip() if match else ""
        if not self._is_own and not self._sentence and (match := _COMMENT.fullmatch(text)) and match["name"] in _IDS:
            return True, match["value"]
        return False, ""

    def _take_token(self, line: TextLine, text: str) -> None:
        columns = _columns(text)
        self._columns = self._columns or len(columns)
        if len(columns) < 2:
            raise InputRefused("token has no tag", line.name, "write a token and its tag, with a blank between them")
        if len(columns) != self._columns or (self._is_own and not line.is_ended):
            what = f"line has {len(columns)} columns, where {self._columns} are before it"
            what = "line breaks off" if len(columns) == self._columns else what
            raise InputRefused(what, line.name, "complete the line")
        if self._document is None:
            self._document = TokenDocument(line.name, "", line.encoding)
        form = columns[0].strip()
        if not form:
            raise InputRefused("line has no token", line.name, "write a token and its tag")
        # A token that could be taken for the mark of a document is written otherwise by us.
        forms = (form, form.replace(_LIKE_BEGINS, _BEGINS)) if self._is_own and _LIKE_BEGINS in form else (form,)
        self._sentence.append(TokenLine(line.name, forms, columns[-1].strip()))
        if not self._is_own:
            self._document.other_tags |= {place for place, of in enumerate(columns[1:-1], start=1) if is_inside(of)}
        self._hash.update(text.encode("utf-8", "surrogatepass") + b"\n")
        self._size += len(form.encode("utf-8", "surrogatepass")) + 1
        if self._size > self._limit + 1:
            raise InputRefused(
                too_large(self._limit).what,
                self._document.name,
                f"begin each document with {_BEGINS}",
                limit=self._limit,
            )

    def _end_sentence(self) -> None:
        if self._sentence and self._document is not None:
            if not self._is_own and self._columns > 2 and _are_numbered(self._sentence):
                remedy = "take the first column out"
                raise InputRefused("the first column numbers the tokens", self._sentence[0].line, remedy)
            self._document.sentences.append(self._sentence)
            self._sentence = []

    def finished(self, end: str) -> TokenDocument | None:
        """Return the document that ends at a line, None where none began."""
        self._end_sentence()
        done, self._document = self._document, None
        if done is not None:
            done.end, done.sha256 = end, self._hash.hexdigest()
        self._size, self._hash = 0, hashlib.sha256()
        return done


def _columns(text: str) -> list[str]:
    return text.split("\t") if "\t" in text else _COLUMNS.split(text)


def _is_comment(text: str) -> bool:
    """Say whether a line before a sentence is a comment: a token that begins with `#` has its tag at the end."""
    return bool(_COMMENT.fullmatch(text)) or (text.startswith("# ") and not is_tag(_columns(text)[-1].strip()))


def _are_numbered(sentence: list[TokenLine]) -> bool:
    """Say whether several tokens are the numbers of tokens."""
    return len(sentence) > 1 and all(token.forms[0] == str(place) for place, token in enumerate(sentence, start=1))
