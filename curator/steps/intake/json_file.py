"""Files of JSON values, a list or one after the other, of which one that is broken refuses the whole."""

import codecs
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import IO, Any

from curator.domain.canonical import too_large
from curator.domain.errors import InputRefused
from curator.domain.json_values import json_fault, kind_of, refuse_too_deep, refuse_unstorable_value, strict_decoder
from curator.steps.intake.chosen_files import chosen_files
from curator.steps.ports.imports import ImportFiles

VALUE_BYTES = 100
"""How many bytes a value may have for each that its text may have: tokens and the work of many people take theirs."""

_BLOCK = 65_536
_BLANKS = " \t\n\r"
# The longest that an error at the end of what was read lies before it: two escapes of four digits.
_TAIL = 16
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_EXTENSIONS = (".json", ".jsonl", ".ndjson")
# What stands beside the files that `convert` and `export` write.
_BESIDE = ("LOSSES.json", "manifest.json")


@dataclass(frozen=True, slots=True)
class JsonItem:
    """A JSON value that nothing is wrong with, under the name that messages give it."""

    name: str
    value: Any
    raw_sha256: str
    encoding: str = "utf-8"

    @property
    def fields(self) -> dict[str, Any]:
        """The value, which is to be an object. Raises InputRefused."""
        if not isinstance(self.value, dict):
            what = f"a {kind_of(self.value)} where an object should be"
            raise InputRefused(what, self.name, "check the file and the --format")
        return self.value

    def named(self) -> AbstractContextManager[None]:
        """Let an InputRefused that is raised within name the item."""
        return placed(self.name)


@contextmanager
def placed(name: str) -> Iterator[None]:
    """Let an InputRefused that is raised within name a place."""
    try:
        yield
    except InputRefused as error:
        if not error.where.startswith(name):
            error.where = f"{name}, {error.where}" if error.where else name
        raise


def json_item(name: str, value: Any, raw: bytes, encoding: str = "utf-8") -> JsonItem:
    """Return a value as an item. Raises InputRefused for what no database holds, and for what is nested too deeply."""
    with placed(name):
        refuse_too_deep(value)
        refuse_unstorable_value(value, "value")
    return JsonItem(name, value, hashlib.sha256(raw).hexdigest(), encoding)


def json_files(files: ImportFiles) -> Sequence[str]:
    """Return the names of the JSON files, whatever the only file is called. Raises InputRefused where there is none."""
    return chosen_files(files, "JSON file", _EXTENSIONS, _BESIDE)


def is_json(file: str) -> bool:
    """Say whether a file is called as JSON is."""
    return file.lower().endswith(_EXTENSIONS)


def is_beside(file: str) -> bool:
    """Say whether a file is one of those that `convert` and `export` write beside the records."""
    return PurePosixPath(file).name in _BESIDE


def json_elements(files: ImportFiles, file: str, limit: int) -> Iterator[JsonItem]:
    """Yield the elements of the list that a file is, or the values that stand in it one after the other.

    `limit` is in bytes of text. Names are `file:N`, N counting elements from 1, or the line that a value begins in. No
    more than an element or two is held; an empty file has none. Raises InputRefused, naming the place, where the file
    is anything else.
    """
    shown = files.shown(file)
    with files.open(file) as stream:
        source = _Source(stream, shown, limit * VALUE_BYTES)
        # A pair that begins with a text is a value, of which more may follow.
        if source.peek() != "[" or source.peek(1) == '"':
            while source.peek():
                yield source.value(f"{shown}:{source.line}")
            return
        source.take("[", shown)
        number = 0
        while number or source.peek() != "]":
            number += 1
            yield source.value(f"{shown}:{number}")
            if source.peek() == "]":
                break
            source.take(",", f"{shown}:{number}")
        source.take("]", shown)
        if source.peek():
            raise InputRefused("not JSON: something stands after the list", shown, "write one list a file")


class _Source:
    """The text of a stream of which only what was not yet taken is held."""

    def __init__(self, stream: IO[bytes], name: str, most: int) -> None:
        self._stream, self._name, self._most = stream, name, most
        head = stream.read(_BLOCK)
        self._encoding = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "utf-8")
        self._decode = codecs.getincrementaldecoder(self._encoding)()
        self._decoder = strict_decoder()
        self._text, self._at, self._ended = "", 0, False
        self.line = 1
        self._add(head)

    def _add(self, block: bytes) -> None:
        self._ended = not block
        try:
            added = self._decode.decode(block, self._ended)
        except UnicodeDecodeError:
            raise InputRefused(f"not valid {self._encoding}", self._name, "save it as UTF-8") from None
        self._text, self._at = self._text[self._at :] + added, 0

    def _more(self) -> bool:
        """Read as much again as is held, so that a long value is not looked at once for every block."""
        if self._ended:
            return False
        self._add(self._stream.read(max(_BLOCK, len(self._text) - self._at)))
        return True

    def _move(self, to: int) -> None:
        self.line += self._text.count("\n", self._at, to)
        self._at = to

    def peek(self, ahead: int = 0) -> str:
        """Return the next character that is not blank, or the one after so many more; empty at the end."""
        while True:
            at = self._at
            for left in range(ahead, -1, -1):
                while at < len(self._text) and self._text[at] in _BLANKS:
                    at += 1
                if left:
                    at += 1
                elif not ahead:
                    self._move(min(at, len(self._text)))
                    at = self._at
            if at < len(self._text):
                return self._text[at]
            if not self._more():
                return ""

    def take(self, char: str, where: str) -> None:
        """Pass over the next character, which is to be this one. Raises InputRefused."""
        if (there := self.peek()) != char:
            raise _broken("" if there else "file breaks off", f"{char!r} is expected", where)
        self._move(self._at + 1)

    def value(self, name: str) -> JsonItem:
        """Take the next value. Raises InputRefused where there is none, naming it."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except InputRefused as error:
                error.where = name
                raise
            except (ValueError, RecursionError) as error:
                if self._may_go_on(error) and self._more():
                    if len(self._text) > self._most:
                        raise replace(too_large(self._most // VALUE_BYTES), where=name) from None
                    continue
                what = "file breaks off" if self._is_at_end(error) else ""
                raise _broken(what, _fault_from(self._at, error), name) from None
            # A number at the end of what was read may have further digits.
            if isinstance(value, dict | list | str) or end + _TAIL < len(self._text) or not self._more():
                break
        raw = self._text[self._at : end].encode("utf-8", "surrogatepass")
        self._move(end)
        return json_item(name, value, raw, "utf-8" if self._encoding == "utf-8-sig" else self._encoding)

    def _may_go_on(self, error: ValueError | RecursionError) -> bool:
        """Say whether an error may come of the value not having been read to its end."""
        if not isinstance(error, json.JSONDecodeError):
            return False
        return error.msg.startswith("Unterminated") or error.pos >= len(self._text) - _TAIL

    def _is_at_end(self, error: ValueError | RecursionError) -> bool:
        """Say whether it is the end of the file that is in error."""
        if not isinstance(error, json.JSONDecodeError):
            return False
        return error.msg.startswith("Unterminated") or error.pos >= len(self._text.rstrip(_BLANKS))


def _fault_from(at: int, error: ValueError | RecursionError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos - at + 1}"
    return json_fault(error)


def _broken(what: str, why: str, where: str) -> InputRefused:
    remedy = "get the whole file again" if what else "write it as JSON"
    return InputRefused(f"{what or 'not JSON'}: {why}", where, remedy)
