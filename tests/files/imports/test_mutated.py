"""Files with some bytes changed: documents, or refusals of one line, and never anything else."""

import io
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import Table
from pyarrow.parquet import write_table

from curator.domain.record import Record
from curator.steps.ports.documents import Refused
from curator.steps.ports.imports import ImportedDocument, LeftOut
from tests.files.formats.hard_case import RECORDS, written
from tests.files.imports import test_brat, test_cas, test_conllup, test_parquet, test_token_columns
from tests.files.imports.as_imported import content, put, read

UNPACKED = "docbin, unpacked"
ZIPPED = "brat in an archive"
OTHERS = " of others"
FORMS = ("bioes", "brat", "cas", "conll", "conllup", "docbin", "parquet", UNPACKED, ZIPPED)
OF_OTHERS = tuple(f"{form}{OTHERS}" for form in ("brat", "cas", "conll", "conllup", "parquet"))
SHORT = ("elisions", "emoji", "blanks")


def format_of(form: str) -> str:
    """Return the name of the format that a form of files is of."""
    return form.partition(" ")[0].removesuffix(",")


@cache
def files_of(form: str) -> Mapping[str, bytes]:
    """Return the files of a form: with the short documents of the hard case, or as other tools write them."""
    if form.endswith(OTHERS):
        return {name: text.encode() if isinstance(text, str) else text for name, text in _of_others(form)}
    records: dict[str, tuple[Record, ...]] = {"train": (), "dev": (), "test": ()}
    records["train"] = tuple(record for of in RECORDS.values() for record in of if record.id in SHORT)
    _, files, _ = written(format_of(form), records)
    if form == UNPACKED:
        return {name: zlib.decompress(data) for name, data in files.items()}
    if form == ZIPPED:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return {"a.zip": buffer.getvalue()}
    return files


def _of_others(form: str) -> Iterator[tuple[str, str | bytes]]:
    if form.startswith("brat"):
        yield from (("a.txt", test_brat.TEXT), ("a.ann", test_brat.ANN))
    elif form.startswith("cas"):
        cas = test_cas.Written(test_cas.types(Events={"label": test_cas.STRING}))
        cas.span(test_cas.ENTITY, "Zoé", value="PER")
        cas.span("webanno.custom.Events", "attaque\nParis", label="ATTACK")
        yield from cas.files().items()
    elif form.startswith("conllup"):
        yield "a.conllup", test_conllup.HEAD + test_conllup.FIRST + test_conllup.SECOND
    elif form.startswith("conll"):
        tagged = f"{test_token_columns.columns(test_token_columns.SCHEMES['IOB2'])}\n" * 2
        yield "a.conll", f"-DOCSTART- (un)\n\n{tagged}\n# id = deux\nZoé -X- B-PER\n"
    else:
        buffer = io.BytesIO()
        row = {"text": test_parquet.TEXT, "spans": test_parquet.SPANS, "n": 1, "meta": {"a": [1.5]}}
        write_table(Table.from_pylist([row, row]), buffer)
        yield "a.parquet", buffer.getvalue()


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


@pytest.mark.parametrize("form", [*FORMS, *OF_OTHERS])
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_changed_bytes_are_documents_or_one_line(form: str, data: st.DataObject) -> None:
    files = packed(form, data.draw(mutated(form)))
    with tempfile.TemporaryDirectory() as folder:
        for item in read(format_of(form), put(Path(folder), files)):
            assert isinstance(item, ImportedDocument | LeftOut | Refused)
            if isinstance(item, Refused):
                assert "\n" not in str(item.error)
                assert folder in str(item.error)
            elif isinstance(item, ImportedDocument) and item.annotations:
                # Whatever came through has a place in the text, or is among the problems.
                content(item)
