"""Texts made of one thing over and over: whatever reads them takes them in one go, and never once for each place."""

import subprocess
import sys

import pytest

from tests.waiting import HANG_SECONDS

LENGTH = 600_000
# What a text may consist of: runs of one character, of one word, of marks, and what the expressions here begin with.
PIECES = [
    *"a1. \n«\"'-_/&?=@\u0301\u00a0",
    "mot ",
    "\u0307\u0323",
    "e\u0323\u0301",
    "\u1100\u1161\u11a8",
    "a1. «",
    "\r\n",
    "\ufeff",
    "://a",
    "//a@",
    "?token",
    "&key=secret",
    "\r\ncontent-length: 1 ",
    "\r\nexpect: ",
    "GET http://a ",
    "1" * 40 + " ",
    '{"a":',
    "c\u00bdur",
]
WORKS = {
    "canonical form": """
from curator.domain.canonical import canonicalise, refuse_oversized
def work(text):
    assert canonicalise(canonicalise(text).text).raw_cuts == ()
    refuse_oversized(text, 10**9)
""",
    "signature": """
from curator.files.nearness import SketchNearness
def work(text):
    SketchNearness().signature(text)
    SketchNearness().near(text, text + "a")
""",
    "encoding": """
from curator.domain.errors import InputRefused
from curator.files.encodings import _CONTROLS, _LATIN_9, decode
def work(text):
    _LATIN_9.search(text), _CONTROLS.findall(text)
    try:
        decode(text.encode("cp1252", "replace"))
    except InputRefused:
        pass
""",
    "names": """
from curator.domain import schema, token
from curator.files import names, versions
def work(text):
    for pattern in (schema._NAME, schema._COLOUR, token._FORM, names._NAME, versions._VERSION):
        pattern.fullmatch(text), pattern.fullmatch("a" + text), pattern.fullmatch("v1" + text)
""",
    "heads of requests": """
from curator.web import caller
def work(text):
    raw = text.encode()
    for head in (raw, b"GET " + raw, b"GET / HTTP/1.1\\r\\ncontent-length:" + raw, b"POST http://" + raw):
        caller._TARGET.match(head), caller._LENGTH.findall(head), caller._EXPECTS.search(head)
""",
    "addresses": """
from curator.label_studio.connection import Connection
def work(text):
    Connection(text, "token", 1), Connection("http://" + text, "token", 1)
""",
    "lines of a log": """
from curator.cli.verbose import without_secrets
def work(text):
    without_secrets(text), without_secrets("http://" + text), without_secrets("http://a/?" + text)
""",
    "keys of JSON": """
import json
from curator.domain.errors import InputRefused
from curator.files.json_documents import parsed_object
def work(text):
    keys = [f"{text[:3]}{number}" for number in range(len(text) // 12)]
    pairs = ",".join(f"{json.dumps(key)}:0" for key in [*keys, keys[-1]])
    try:
        parsed_object("{" + pairs + "}")
    except InputRefused:
        return
    raise AssertionError
""",
    "covered places": """
from curator.spacy_models.calibrator import Proposal, _covered_places, _touches, _without_overlaps
def work(text):
    spans = [Proposal("events", at, len(text) - at, "ATTACK", text[:3]) for at in range(len(text) // 30)]
    covered = _covered_places(spans)
    assert all(_touches(span, covered) for span in spans)
    assert len(list(_without_overlaps((0.5, span) for span in spans))) == 1
""",
}


@pytest.mark.parametrize("work", WORKS)
def test_no_text_takes_for_ever(work: str) -> None:
    program = f"{WORKS[work]}\nfor piece in {PIECES!r}:\n    work(piece * ({LENGTH} // len(piece)))\n"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=HANG_SECONDS)
