"""Documents of JSON lines: one object a line."""

import hashlib
from collections.abc import Iterator
from typing import Any

from curator.domain.canonical import too_large
from curator.domain.document import SPLITS, RawDocument
from curator.domain.errors import InputRefused
from curator.domain.json_values import checked_text, json_fault, refuse_unstorable_value, strict_decoder
from curator.files.encodings import Decoded
from curator.files.raw_lines import RawLine, Stream, raw_lines
from curator.files.refusals import refusal
from curator.files.spellings import Spelled, spelled, unread_spans
from curator.files.words import has_words, spelled_words
from curator.steps.ports.documents import LeftOut, Refused

LINE_BYTES = 12
"""How many bytes a line may have for each that its text may have.

An escaped line end of Windows takes twelve and becomes one; spans and meta take their share of the rest.
"""


def read_json_lines(stream: Stream, name: str, limit: int) -> Iterator[RawDocument | LeftOut | Refused]:
    """Yield the document or refusal of every line that is not blank; `limit` is in bytes of text.

    Spans may be spelled as doccano, Prodigy, spaCy and GLiNER do; what was rejected or ignored there is left out.

    Names are `name:N`, N counting all lines from 1. Raises InputRefused where the stream as a whole is no text or
    has no line, and OSError.
    """
    has_lines = False
    for line in raw_lines(stream, limit * LINE_BYTES):
        if line.raw is not None and not line.raw.strip():
            continue
        has_lines = True
        place = f"{name}:{line.number}"
        try:
            yield _document(line, place, limit)
        except InputRefused as error:
            yield refusal(place, error)
    if not has_lines:
        raise InputRefused("file is empty", remedy="remove it or fill it in")


def is_json_line(text: str) -> bool:
    """Say whether a line is JSON that has a text."""
    try:
        value = parsed_json(text)
    except InputRefused:
        return False
    return _is_pair(value) or (isinstance(value, dict) and ("text" in value or has_words(value)))


def checked_split(split: Any) -> str | None:
    """Return a split as it is known here, None for none. Raises InputRefused for any other."""
    if split is None or split in SPLITS:
        return split  # type: ignore[no-any-return]
    raise InputRefused(f"unknown split {split!r}", remedy=f"write one of {', '.join(SPLITS)}, or leave it out")


def _document(line: RawLine, name: str, limit: int) -> RawDocument | LeftOut:
    if line.raw is None:
        raise too_large(limit)
    decoded: Decoded = line.decoded()
    text, said = _read(parsed_json(decoded.text))
    refuse_unstorable_value(said.rest, "line")
    refuse_unstorable_value(said.body, "line")
    if said.answer:
        return LeftOut(name, said.answer)
    text = checked_text(text, limit)
    split = checked_split(said.rest.pop("split", None))
    lang = said.rest.pop("lang", None)
    if lang is not None and not isinstance(lang, str):
        raise InputRefused("lang is not a string", remedy='write an ISO 639-1 code such as "fr", or leave it out')
    for key in unread_spans(said.rest):
        what = f"{key!r} holds what look like spans, and is no key that is read"
        raise InputRefused(what, remedy="call it 'spans', with `start`, `end` and `label`; or put it into `meta`")
    return RawDocument(
        name=name,
        text=text,
        raw_sha256=hashlib.sha256(line.raw).hexdigest(),
        encoding=decoded.encoding,
        lang=lang,
        meta=_meta(said.rest),
        split=split,
        annotations=said.body,
        left_out=said.left_out,
    )


def _read(value: Any) -> tuple[Any, Spelled]:
    """Return the text of a line, and what the line says of it."""
    if _is_pair(value):
        value = {**value[1], "text": value[0]}
    if not isinstance(value, dict):
        raise InputRefused("not a JSON object", remedy="write one JSON object a line")
    if has_words(value):
        return spelled_words(value, in_layers=True)
    if "text" not in value:
        remedy = "take it in with `curator import`" if "data" in value else "name the text 'text'"
        raise InputRefused("line has no key 'text'", remedy=remedy)
    return value["text"], spelled({key: item for key, item in value.items() if key != "text"}, in_layers=True)


def _is_pair(value: Any) -> bool:
    """Say whether a value is a text and what is said of it, as spaCy is trained on."""
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], dict)


def _meta(value: dict[str, Any]) -> dict[str, Any]:
    """Return the object under `meta` with the unknown keys beside it, which are never dropped; `meta`'s own win."""
    meta = value.get("meta")
    if meta is None or isinstance(meta, dict):
        return {key: item for key, item in value.items() if key != "meta"} | (meta or {})
    return value


def parsed_json(text: str) -> Any:
    """Return the JSON value that a text is. Raises InputRefused, also for keys given twice and numbers of no JSON."""
    try:
        return strict_decoder().decode(text.strip())
    except (ValueError, RecursionError) as error:
        raise InputRefused(f"not JSON: {json_fault(error)}", remedy="write one JSON object a line") from None


def parsed_object(text: str) -> dict[str, Any]:
    """Return the JSON object that a text is. Raises InputRefused as `parsed_json` does, and for any other value."""
    value = parsed_json(text)
    if not isinstance(value, dict):
        raise InputRefused("not a JSON object", remedy="write one JSON object a line")
    return value
