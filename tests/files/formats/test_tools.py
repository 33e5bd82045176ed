"""Formats are read by the tools that they are for."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import cassis
import pandas
import pytest
from mlcroissant import Dataset
from pyarrow.parquet import ParquetFile

from curator.bootstrap.formats import FORMATS, formats
from curator.domain.errors import CuratorError
from curator.files.formats import parquet
from tests.files.formats.hard_case import RECORDS, version, written
from tests.files.formats.read_croissant import quiet

_LOAD = """
import json, sys, datasets
files = {name: f"{sys.argv[1]}/{name}.parquet" for name in ("documents", "spans", "attributes")}
loaded = {name: datasets.load_dataset("parquet", data_files=file, split="train") for name, file in files.items()}
print(json.dumps({name: list(rows) for name, rows in loaded.items()}))
"""


def kept(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def test_pandas_reads_a_row_a_document_and_a_row_a_span() -> None:
    _, files, _ = written("parquet")
    rows = {name: pandas.read_parquet(io.BytesIO(files[name])).to_dict("records") for name in files}
    documents = {row["id"]: row for row in rows["documents.parquet"]}
    spans = rows["spans.parquet"]
    assert len(documents) == sum(map(len, RECORDS.values()))
    assert len(spans) == sum(len(record.content.spans) for of in RECORDS.values() for record in of)
    for span in spans:
        assert documents[span["document"]]["text"][span["start"] : span["end"]] == span["text"]
    assert json.loads(documents["elisions"]["meta"]) == RECORDS["train"][0].meta


def test_datasets_loads_the_tables(tmp_path: Path) -> None:
    _, files, _ = written("parquet")
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "cache")}
    run = subprocess.run(
        [sys.executable, "-c", _LOAD, str(kept(tmp_path, files))],
        env=offline,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = json.loads(run.stdout)
    assert [row["id"] for row in loaded["documents"]] == [record.id for of in RECORDS.values() for record in of]
    assert loaded["documents"][0]["annotators"] == ["annotator-a", "annotator-b"]
    assert {row["layer"] for row in loaded["spans"]} == {"entities", "events", "claims"}
    assert json.loads(loaded["attributes"][0]["value"]) == ["douteux"]


def test_tables_are_written_group_by_group_and_say_which_version_they_are_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_GROUP", 100)
    _, files, _ = written("parquet")
    table = ParquetFile(io.BytesIO(files["documents.parquet"]))
    assert table.num_row_groups > 2
    assert table.schema_arrow.metadata[b"curator:dataset"] == b"hard"


class Full:
    """Implements `FormatFolder` on a disk that takes nothing."""

    def append(self, file: str, block: bytes) -> None:
        raise CuratorError("version cannot be written: No space left on device", file, "check the disk")

    def write(self, file: str, content: bytes) -> None:
        self.append(file, content)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_disk_that_refuses_is_told_as_it_is(name: str) -> None:
    (form,) = formats([name])
    with pytest.raises(CuratorError, match="No space left"):
        list(form.write(version(), Full()))


def test_mlcroissant_finds_nothing_wrong_and_reads_every_split(tmp_path: Path) -> None:
    _, files, _ = written("croissant")
    with quiet():
        dataset = Dataset(jsonld=kept(tmp_path, files) / "croissant.json")
        issues = dataset.metadata.ctx.issues
        splits = [row["splits/name"] for row in dataset.records(record_set="splits")]
    # A version knows neither its licence nor a date.
    assert [warning.split('"')[1].rpartition("/")[2] for warning in sorted(issues.warnings)] == [
        "datePublished",
        "license",
    ]
    assert not issues.errors
    assert [split if isinstance(split, str) else split.decode() for split in splits] == ["train", "dev", "test"]
    described = json.loads(files["croissant.json"])["distribution"]
    assert {file["contentUrl"] for file in described} == files.keys() - {"croissant.json"}


def test_cassis_finds_every_type_and_offsets_count_as_java_counts() -> None:
    _, files, _ = written("cas")
    types = cassis.load_typesystem(io.BytesIO(files["TypeSystem.xml"]))
    for name, data in files.items():
        if name.endswith(".xmi"):
            assert cassis.load_cas_from_xmi(io.BytesIO(data), typesystem=types).typecheck() == []
    text = RECORDS["dev"][0].text
    at = len(text[: text.index("Marie")].encode("utf-16-le")) // 2
    assert at > text.index("Marie")
    assert f'begin="{at}" end="{at + 11}" value="PER"'.encode() in files["dev/emoji.xmi"]


def test_gliner_gets_overlapping_spans_whose_last_word_is_in_them() -> None:
    _, files, losses = written("gliner")
    example = json.loads(files["train.json"])[0]
    words = example["tokenized_text"]
    covered = [(" ".join(words[first : last + 1]), label) for first, last, label in example["ner"]]
    assert ("attaque Odessa", "claims:ATTACK") in covered
    assert ("attaque Odessa", "events:ATTACK") in covered
    assert ("ONU", "GPE") in covered
    # `label` and `negatives` of an example would say which labels to train with.
    assert not {"label", "negatives", "entities"} & example.keys()
    assert json.loads(files["test.json"]) == []
    assert {loss.reason for loss in losses} == {"boundary-inside-token", "no-attributes", "no-direction"}


def test_brat_gets_a_span_of_several_lines_in_pieces_and_events_with_arguments() -> None:
    _, files, _ = written("brat")
    text = files["train/blanks.txt"].decode()
    (line,) = (line for line in files["train/blanks.ann"].decode().split("\n") if line.startswith("T2\t"))
    pieces = [tuple(map(int, piece.split())) for piece in line.split("\t")[1].split(" ", 1)[1].split(";")]
    assert [text[start:end] for start, end in pieces] == ["attaque", " ", "Lyon"]
    assert b"E1\tevents_ATTACK:T3 place-of-left:T2 agent:T1\n" in files["train/elisions.ann"]
    assert b"[events]\nevents_ATTACK\tagent*:PER|GPE|events_ATTACK|claims_ATTACK" in files["annotation.conf"]


@pytest.mark.parametrize(
    ("name", "library", "package"),
    [("cas", "cassis", "dkpro-cassis"), ("croissant", "pyarrow", "pyarrow"), ("parquet", "pyarrow", "pyarrow")],
)
def test_a_format_whose_library_is_not_installed_says_what_to_install(
    name: str, library: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(CuratorError, match=package) as refused:
        formats(["brat", name])
    assert refused.value.remedy == f"pip install {package}"
