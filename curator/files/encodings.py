"""Bytes to text: which encoding, and whether it is text at all."""

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

from curator.domain.errors import InputRefused

# The longer mark first: that of UTF-16-LE begins that of UTF-32-LE.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"\x1f\x8b", "gzip data"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF87a", "a GIF image"),
    (b"GIF89a", "a GIF image"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
    (b"{\\rtf", "an RTF document"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
)
# What French texts that are not UTF-8 come in. Given every code page it knows, the detector takes short texts for
# Central European or Greek ones.
_WESTERN = ("cp1252", "latin_1", "mac_roman", "cp850", "iso8859_15")
_LATIN_9 = re.compile(r"(?<=[A-Za-z])½|¼(?=[A-Za-z])|¤")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MOST_CONTROLS = 0.1
_SAMPLE = 65_536


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and the Python name of the encoding it was in; a byte order mark is no part of it."""

    text: str
    encoding: str


def marked_encoding(raw: bytes) -> str | None:
    """Return the encoding that the byte order mark at the start gives, or None without one."""
    return next((encoding for mark, encoding in _MARKS if raw.startswith(mark)), None)


def decode(raw: bytes, guess: str | None = None) -> Decoded:
    """Return the text of some bytes: by byte order mark, else as UTF-8 where it is, else by detection.

    `guess` is an encoding to be tried before detection. Raises InputRefused for bytes in no encoding that could be
    detected, and for those that decode to control characters.
    """
    for encoding in (marked_encoding(raw), "utf-8", guess):
        decoded = _decoded_as(raw, encoding) if encoding else None
        if decoded:
            break
    else:
        encoding = detected_encoding(raw)
        decoded = _decoded_as(raw, encoding) if encoding else None
    if decoded is None:
        raise InputRefused("encoding cannot be detected", remedy="save it as UTF-8")
    head = decoded.text[:_SAMPLE]
    if len(_CONTROLS.findall(head)) > _MOST_CONTROLS * len(head):
        raise InputRefused("binary data, not text", remedy="save it as UTF-8 text")
    return decoded


def refuse_binary(raw: bytes) -> None:
    """Raise InputRefused where the first bytes are those of a well-known format that is no text."""
    for signature, kind in _SIGNATURES:
        if raw.startswith(signature):
            raise InputRefused(f"binary data, not text: it is {kind}", remedy="extract its text first")


def detected_encoding(raw: bytes) -> str | None:
    """Return the most likely encoding of bytes that are not UTF-8, or None; the Western ones go first."""
    best = from_bytes(raw, cp_isolation=list(_WESTERN)).best() or from_bytes(raw).best()
    if best is None:
        return None
    # Bytes alone do not tell Latin-1 from Latin-9, but nobody writes c½ur.
    if best.encoding in ("cp1252", "latin_1") and _LATIN_9.search(str(best)):
        return "iso8859_15"
    return best.encoding


def _decoded_as(raw: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(raw.decode(encoding), encoding)
    except UnicodeDecodeError:
        return None
