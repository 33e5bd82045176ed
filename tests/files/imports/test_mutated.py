"""Files with some bytes changed: documents, or refusals of one line, and never anything else."""

import io
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.domain.record import Record
from curator.steps.ports.documents import Refused
from curator.steps.ports.imports import ImportedDocument, LeftOut
from tests.files.formats.hard_case import RECORDS, written
from tests.files.imports.reading import content, put, read

FORMS = ("bioes", "brat", "cas", "conll", "conllup", "docbin", "parquet")
UNPACKED = "docbin, unpacked"
ZIPPED = "brat in an archive"
SHORT = ("elisions", "emoji", "blanks")


@cache
def files_of(form: str) -> Mapping[str, bytes]:
    """Return the files of a form with the short documents of the hard case."""
    records: dict[str, tuple[Record, ...]] = {"train": (), "dev": (), "test": ()}
    records["train"] = tuple(record for of in RECORDS.values() for record in of if record.id in SHORT)
    _, files, _ = written({UNPACKED: "docbin", ZIPPED: "brat"}.get(form, form), records)
    if form == UNPACKED:
        return {name: zlib.decompress(data) for name, data in files.items()}
    if form == ZIPPED:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return {"a.zip": buffer.getvalue()}
    return files


@st.composite
def mutated(draw: st.DrawFn, form: str) -> dict[str, bytes]:
    files = dict(files_of(form))
    name = draw(st.sampled_from(sorted(name for name, data in files.items() if data)))
    data = bytearray(files[name])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        kind = draw(st.sampled_from(["set", "cut", "insert", "remove", "digit"]))
        some = draw(st.binary(min_size=1, max_size=4))
        if kind == "set":
            data[at : at + len(some)] = some
        elif kind == "cut":
            del data[at:]
        elif kind == "insert":
            data[at:at] = some
        elif kind == "remove":
            del data[at : at + len(some)]
        else:
            digits = [place for place, byte in enumerate(data) if 48 <= byte <= 57]
            if digits:
                data[digits[at % len(digits)]] = draw(st.integers(45, 57))
    return {**files, name: zlib.compress(bytes(data)) if form == UNPACKED else bytes(data)}


def packed(form: str, files: dict[str, bytes]) -> dict[str, bytes]:
    if form != UNPACKED:
        return files
    return {name: data if data[:1] == b"\x78" else zlib.compress(data) for name, data in files.items()}


@pytest.mark.parametrize("form", [*FORMS, UNPACKED, ZIPPED])
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_changed_bytes_are_documents_or_one_line(form: str, data: st.DataObject) -> None:
    files = packed(form, data.draw(mutated(form)))
    name = {UNPACKED: "docbin", ZIPPED: "brat"}.get(form, form)
    with tempfile.TemporaryDirectory() as folder:
        for item in read(name, put(Path(folder), files)):
            assert isinstance(item, ImportedDocument | LeftOut | Refused)
            if isinstance(item, Refused):
                assert "\n" not in str(item.error)
                assert folder in str(item.error)
            elif isinstance(item, ImportedDocument) and item.annotations:
                # Whatever came through has a place in the text, or is among the problems.
                content(item)
