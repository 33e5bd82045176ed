import codecs
import gzip
import hashlib
import io
import json
import os
import signal
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.domain.document import RawDocument
from curator.files.documents import FileReader
from curator.steps.ports.documents import LeftOut, Refused

FRENCH = (
    "« L’œuvre », a déclaré le ministre, « coûtera 3 € par habitant ». La manifestation s’est déroulée à Nîmes, où "
    "l’été fut sévère : plusieurs milliers de personnes — selon la préfecture — ont défilé sans heurts…\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(*paths: str, limit: int = 1_000_000, standard_input: bytes = b"") -> list[RawDocument | LeftOut | Refused]:
    return list(FileReader(limit, lambda: io.BytesIO(standard_input)).read(paths))


def documents(items: Sequence[RawDocument | LeftOut | Refused]) -> list[RawDocument]:
    assert not [item for item in items if isinstance(item, Refused)]
    return [item for item in items if isinstance(item, RawDocument)]


def refusal(items: Sequence[RawDocument | LeftOut | Refused]) -> str:
    (refused,) = items
    assert isinstance(refused, Refused)
    assert "\n" not in str(refused.error)
    assert refused.name in refused.error.where
    assert refused.error.remedy
    return refused.error.what


def test_text_file_is_one_document(folder: Path) -> None:
    raw = "Un séisme.\nDeux blessés.\n".encode()
    (folder / "a.txt").write_bytes(raw)
    (document,) = documents(read("a.txt"))
    assert document == RawDocument("a.txt", raw.decode(), hashlib.sha256(raw).hexdigest())


def test_names_are_paths_as_given(folder: Path) -> None:
    (folder / "d").mkdir()
    (folder / "d" / "a.TXT").write_text("un")
    assert [document.name for document in documents(read("d", "d/a.TXT", str(folder / "d" / "a.TXT")))] == [
        "d/a.TXT",
        "d/a.TXT",
        f"{folder}/d/a.TXT",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "mac_roman"])
def test_encodings(folder: Path, encoding: str) -> None:
    (folder / "a.txt").write_bytes(FRENCH.encode(encoding))
    (document,) = documents(read("a.txt"))
    assert (document.text, document.encoding) == (FRENCH, encoding)


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "iso8859-15", "mac_roman"])
def test_short_legacy_texts(folder: Path, encoding: str) -> None:
    text = "Le préfet a été appelé à Évry, où des élèves manifestaient."
    (folder / "a.txt").write_bytes(text.encode(encoding))
    assert documents(read("a.txt"))[0].text == text


def test_latin_9_is_told_from_latin_1(folder: Path) -> None:
    text = "Au cœur de Nîmes, l'œuvre a coûté 3 € par élève."
    (folder / "a.txt").write_bytes(text.encode("iso8859-15"))
    assert documents(read("a.txt"))[0].text == text


@pytest.mark.parametrize(
    ("name", "raw", "what"),
    [
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\t \xc2\xa0\n", "empty"),
        ("mark.txt", b"\xef\xbb\xbf", "empty"),
        ("nul.txt", b"Un texte avec un \x00 au milieu de ses mots.", "NUL"),
        ("pdf.txt", b"%PDF-1.7\nblah", "PDF"),
        ("gzip.txt", gzip.compress(b"text", mtime=0), "gzip"),
        ("png.txt", b"\x89PNG\r\n\x1a\n" + bytes(100), "PNG"),
        ("control.txt", bytes(range(1, 9)) * 40, "binary"),
        ("zeros.txt", bytes(1000), "binary"),
        ("a.docx", b"PK\x03\x04", "not a known format"),
        ("README", b"about", "not a known format"),
        ("empty.jsonl", b"\n \n", "empty"),
        ("empty.csv", b"\n", "empty"),
        ("header.csv", b"text;a\n", "no row"),
        ("other.csv", b"title,body\na,b\n", "no column 'text'"),
        ("doubled.csv", b"text,a,a\n1,2,3\n", "same name"),
        ("pdf.jsonl", b"%PDF-1.7\nblah\nblah", "PDF"),
        ("line.jsonl", b"{'text': 1}", "not JSON"),
        ("list.jsonl", b'["text"]', "not a JSON object"),
        ("missing.jsonl", b'{"body": "a"}', "no key 'text'"),
        ("number.jsonl", b'{"text": 12}', "not a string"),
        ("blank.jsonl", b'{"text": "  "}', "empty"),
        ("nul.jsonl", rb'{"text": "a\u0000"}', "NUL"),
        ("surrogate.jsonl", rb'{"text": "a\ud83d"}', "surrogate"),
        ("meta-nul.jsonl", rb'{"text": "a", "meta": {"b": ["\u0000"]}}', "NUL"),
        ("meta-key.jsonl", rb'{"text": "a", "\udc00": 1}', "surrogate"),
        ("nan.jsonl", b'{"text": "a", "meta": {"b": NaN}}', "NaN"),
        ("infinite.jsonl", b'{"text": "a", "b": [1e999]}', "finite"),
        ("large.jsonl", b'{"text": "a", "b": 36893488147419103232}', "64 bits"),
        ("digits.jsonl", b'{"text": "a", "b": ' + b"1" * 5000 + b"}", "not JSON"),
        ("deep.jsonl", b'{"text": "a", "b": ' + b"[" * 100_000 + b"}", "not JSON"),
        ("twice.jsonl", b'{"text": "a", "text": "b"}', "given twice"),
        ("split.jsonl", b'{"text": "a", "split": "validation"}', "unknown split"),
        ("split-list.jsonl", b'{"text": "a", "split": ["train"]}', "unknown split"),
        ("lang.jsonl", b'{"text": "a", "lang": 3}', "lang"),
        ("split.csv", b"text,split\na,eval\n", "unknown split"),
        ("cells.csv", b"text,a\n1,2,3\n", "cells"),
        ("quote.csv", b'text,a\n"never closed,2\n', "not a row"),
        ("blank.csv", b"text,a\n,2\n", "empty"),
        ("wide.jsonl", '{"text": "a"}'.encode("utf-16")[:-1], "utf-16"),
    ],
)
def test_refusals(folder: Path, name: str, raw: bytes, what: str) -> None:
    (folder / name).write_bytes(raw)
    assert what in refusal(read(name))


def test_refusals_of_paths(folder: Path) -> None:
    (folder / "empty").mkdir()
    (folder / "broken.txt").symlink_to("nowhere")
    os.mkfifo(folder / "pipe.txt")
    Path(os.fsdecode(b"caf\xe9.txt")).write_text("un")
    assert "no such file" in refusal(read("missing.txt"))
    assert "no such file" in refusal(read("broken.txt"))
    assert "no file matches" in refusal(read("*.csv"))
    assert "folder is empty" in refusal(read("empty"))
    assert "not a regular file" in refusal(read("pipe.txt"))
    assert "not UTF-8" in refusal(read(os.fsdecode(b"caf\xe9.txt")))


def test_refused_permission(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.txt").write_text("un")
    (folder / "b.txt").write_text("deux")
    really_open = Path.open

    def refusing_open(path: Path, *args: object, **kwargs: object) -> object:
        if path.name == "a.txt":
            raise PermissionError(13, "Permission denied")
        return really_open(path, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refusing_open)
    forbidden, readable = read("a.txt", "b.txt")
    assert "no permission" in refusal([forbidden])
    assert documents([readable])[0].text == "deux"


def test_too_large_texts(folder: Path) -> None:
    (folder / "a.txt").write_text("é" * 51)
    (folder / "b.txt").write_text("é" * 1000)
    lines = [{"text": "é" * 50}, {"text": "é" * 51}, {"text": "a" * 5000}, {"text": "fin"}]
    (folder / "c.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (folder / "d.csv").write_text(f"text,n\n{'a' * 100},1\n{'a' * 101},2\n{'a' * 5000},3\nfin,4\n")
    for name in ("a.txt", "b.txt"):
        assert "larger than 100 bytes" in refusal(read(name, limit=100))
    for name in ("c.jsonl", "d.csv"):
        first, *large, last = read(name, limit=100)
        assert [item.name for item in documents([first, last])] == [f"{name}:1", f"{name}:4"]
        assert all("larger" in refusal([item]) for item in large)
        assert [item.name for item in large] == [f"{name}:2", f"{name}:3"]


# Each has ten bytes in its canonical form.
@pytest.mark.parametrize(
    "part", ["éèàùô", "€€€a", "a😀😀b", "E\u0301te\u0301 🙂", "une phras\r\n", "\u1112\u1161\u11ab" * 3 + "a"]
)
@pytest.mark.parametrize("more", ["", "."])
def test_the_limit_is_in_bytes_of_the_canonical_text_however_it_comes(folder: Path, part: str, more: str) -> None:
    text = part * 10 + more
    (folder / "a.txt").write_text(text, encoding="utf-8", newline="")
    (folder / "wide.txt").write_bytes(codecs.BOM_UTF32_LE + text.encode("utf-32-le"))
    line = json.dumps({"text": text})
    (folder / "escaped.jsonl").write_text(line)
    (folder / "plain.jsonl").write_text(json.dumps({"text": text}, ensure_ascii=False), encoding="utf-8")
    (folder / "a.csv").write_text(f'text,n\n"{text}",1\n', encoding="utf-8", newline="")
    streams = {"-": line.encode()}
    for name in ("a.txt", "wide.txt", "escaped.jsonl", "plain.jsonl", "a.csv", "-"):
        items = read(name, limit=100, standard_input=streams.get(name, b""))
        if more:
            assert "larger than 100 bytes" in refusal(items)
        else:
            assert [document.text for document in documents(items)] == [text]


def test_json_lines(folder: Path) -> None:
    first = b'{"text": "Un", "meta": {"date": "2026-01-02", "n": 18446744073709551615}, "split": "dev", "lang": "fr"}'
    second = '{"text": "Été", "title": "Chaud", "spans": [{"start": 0}], "relations": [], "meta": null}'.encode()
    third = b'{"text": "a", "id": 7, "meta": {"id": 8}}'
    (folder / "a.jsonl").write_bytes(first + b"\r\n\n" + second + b"\n" + third)
    dated, titled, numbered = documents(read("a.jsonl"))
    assert dated.name == "a.jsonl:1"
    assert (dated.meta, dated.split, dated.lang) == ({"date": "2026-01-02", "n": 2**64 - 1}, "dev", "fr")
    assert titled.name == "a.jsonl:3"
    assert (titled.text, titled.meta) == ("Été", {"title": "Chaud"})
    assert titled.annotations == {"spans": [{"start": 0}], "relations": []}
    assert titled.raw_sha256 == hashlib.sha256(second + b"\n").hexdigest()
    assert numbered.meta == {"id": 8}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_json_lines_and_tables_in_encodings(folder: Path, encoding: str) -> None:
    lines = [{"text": FRENCH, "n": 1}, {"text": "Été à Évry", "n": 2}]
    (folder / "a.jsonl").write_bytes("\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode(encoding))
    (folder / "a.csv").write_bytes(f'n;text\n1;"{FRENCH}"\n2;Été à Évry\n'.encode(encoding))
    for name in ("a.jsonl", "a.csv"):
        read_back = documents(read(name))
        assert [document.text for document in read_back] == [FRENCH, "Été à Évry"]
        assert {document.encoding for document in read_back} == {"utf-8" if encoding == "utf-8-sig" else encoding}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables(folder: Path, delimiter: str) -> None:
    rows = [["title", "text", "split", "lang"], ["a", f'"Oui,\nnon; ""peut-être""\t{"x" * 200_000}"', "test", "fr"]]
    rows += [[], ["", "b", "", ""]]
    (folder / "a.csv").write_text("\r\n".join(delimiter.join(row) for row in rows), newline="")
    titled, untitled = documents(read("a.csv"))
    assert titled.text.startswith('Oui,\nnon; "peut-être"\tx')
    assert (titled.name, titled.meta, titled.split, titled.lang) == ("a.csv:1", {"title": "a"}, "test", "fr")
    assert (untitled.name, untitled.meta, untitled.split, untitled.lang) == ("a.csv:2", {"title": ""}, None, None)
    assert untitled.raw_sha256 == hashlib.sha256(delimiter.join(rows[-1]).encode()).hexdigest()


def test_folders_are_read_sorted_and_links_once(folder: Path) -> None:
    (folder / "d" / "sub").mkdir(parents=True)
    (folder / "d" / ".hidden").mkdir()
    for name in ("b.txt", "a.txt", "sub/c.txt", ".hidden/d.txt", ".e.txt", "notes.pdf"):
        (folder / "d" / name).write_text(name)
    (folder / "d" / "sub" / "loop").symlink_to(folder / "d")
    (folder / "d" / "z").symlink_to(folder / "d" / "sub")
    items = read("d")
    assert [item.name for item in items] == ["d/a.txt", "d/b.txt", "d/notes.pdf", "d/sub/c.txt"]
    assert "not a known format" in refusal(items[2:3])


def test_globs(folder: Path) -> None:
    (folder / "a").mkdir()
    for name in ("b.txt", "a/c.txt", "a/d.jsonl", "[x].txt"):
        (folder / name).write_text('{"text": "a"}')
    assert [document.name for document in read("*.txt")] == ["[x].txt", "b.txt"]
    assert [document.name for document in read("**/*.txt")] == ["[x].txt", "a/c.txt", "b.txt"]
    assert [document.name for document in read("[x].txt")] == ["[x].txt"]


def test_standard_input(folder: Path) -> None:
    assert [
        (document.name, document.text) for document in documents(read("-", standard_input="Un été.\n".encode()))
    ] == [("-", "Un été.\n")]
    items = read("-", standard_input=b'\n{"text": "a"}\nnot JSON\n{"text": "b"}\n')
    assert [item.name for item in items] == ["-:2", "-:3", "-:4"]
    assert "not JSON" in refusal(items[1:2])
    assert documents(read("-", standard_input=b'{"body": "a"}'))[0].text == '{"body": "a"}'
    assert "empty" in refusal(read("-"))
    (folder / "-").write_text("a")
    assert "not a known format" in refusal(read("./-"))


def test_reading_holds_one_line_at_a_time(folder: Path) -> None:
    line = json.dumps({"text": "mot " * 5000})
    with (folder / "a.jsonl").open("w") as stream:
        stream.writelines(f"{line}\n" for _ in range(1500))
        stream.write('{"text": "' + "a" * 30_000_000 + '"}\n{"text": "fin"}\n')
    tracemalloc.start()
    try:
        count = sum(isinstance(item, RawDocument) for item in FileReader(200_000).read(["a.jsonl"]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 1501
    assert peak < 10_000_000


@pytest.fixture
def hurried() -> Iterator[None]:
    signal.alarm(60)
    yield
    signal.alarm(0)


@settings(max_examples=200, suppress_health_check=list(HealthCheck))
@given(raw=st.binary(max_size=400), extension=st.sampled_from(["txt", "jsonl", "csv"]))
def test_any_bytes_are_taken_or_refused(folder: Path, hurried: None, raw: bytes, extension: str) -> None:
    (folder / f"a.{extension}").write_bytes(raw)
    items = read(f"a.{extension}")
    assert items
    for item in items:
        if isinstance(item, RawDocument):
            assert item.text.strip()
            item.text.encode()


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc"])).filter(lambda text: text.strip().strip("\ufeff")),
        min_size=1,
        max_size=5,
    ),
    escaped=st.booleans(),
)
def test_json_lines_come_back(folder: Path, texts: list[str], escaped: bool) -> None:
    lines = "".join(json.dumps({"text": text, "again": [text]}, ensure_ascii=escaped) + "\n" for text in texts)
    (folder / "a.jsonl").write_bytes(lines.encode())
    read_back = documents(read("a.jsonl"))
    assert [document.text for document in read_back] == texts
    assert [document.meta["again"] for document in read_back] == [[text] for text in texts]
