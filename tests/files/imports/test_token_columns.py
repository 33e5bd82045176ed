"""Files of a token a line of other people: by hand, by the public descriptions of CoNLL-2003, IOB and BIOES."""

from pathlib import Path

import pytest

from curator.domain.canonical import document_id
from curator.steps.ports.documents import Refused
from curator.steps.ports.imports import ImportedDocument
from tests.files.formats.hard_case import written
from tests.files.imports.as_imported import documents, labelled, put, read, refusal

TOKENS = ("Zoé", "Martin", "Paris", "Lyon", "dort")
SCHEMES = {
    "IOB2": ("B-PER", "I-PER", "B-GPE", "B-GPE", "O"),
    "IOB1": ("I-PER", "I-PER", "I-GPE", "B-GPE", "O"),
    "BIOES": ("B-PER", "E-PER", "S-GPE", "S-GPE", "O"),
    "BILOU": ("B-PER", "L-PER", "U-GPE", "U-GPE", "O"),
}


def columns(tags: tuple[str, ...], between: str = " ") -> str:
    return "".join(f"{token}{between}-X-{between}{tag}\n" for token, tag in zip(TOKENS, tags, strict=True))


@pytest.mark.parametrize("between", [" ", "\t"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_schemes_are_known_by_their_tags(tmp_path: Path, scheme: str, between: str) -> None:
    put(tmp_path, {"dev.iob": columns(SCHEMES[scheme], between)})
    (document,) = documents("", tmp_path)
    assert labelled(document) == [
        ("entities", "Zoé Martin", "PER"),
        ("entities", "Paris", "GPE"),
        ("entities", "Lyon", "GPE"),
    ]
    assert document.split == "dev"


def test_texts_are_made_of_tokens_and_documents_begin_at_marks(tmp_path: Path) -> None:
    one = columns(SCHEMES["IOB2"])
    put(tmp_path, {"a.conll": f"-DOCSTART- -X- O\n\n{one}\nParis -X- B-GPE\n\n-DOCSTART- (deux) O\n\n{one}"})
    first, second = documents("", tmp_path / "a.conll")
    assert first.text == "Zoé Martin Paris Lyon dort\nParis"
    assert labelled(first)[-1] == ("entities", "Paris", "GPE")
    assert (second.text, second.id) == ("Zoé Martin Paris Lyon dort", "deux")


@pytest.mark.parametrize("mark", ["# newdoc id = {}", "# id {}", "# id = {}", "-DOCSTART- ({})"])
def test_texts_come_from_the_store_by_the_ids_that_the_file_gives(tmp_path: Path, mark: str) -> None:
    text = "«\u00a0Zoé\u00a0Martin\u00a0» : Paris,Lyon"
    name = document_id(text)
    lines = "« O\nZoé B-PER\nMartin I-PER\n» O\n: O\nParis B-GPE\n, O\nLyon B-GPE\n"
    put(tmp_path, {"a.conll": f"{mark.format(name)}\n\n{lines}\n{mark.format('autre')}\n\nParis B-GPE\n"})
    first, second = documents("", tmp_path, text={name: text}.get)
    assert first.text == text
    assert labelled(first)[:2] == [("entities", "Zoé\u00a0Martin", "PER"), ("entities", "Paris", "GPE")]
    assert second.text == "Paris"


def test_tokens_that_are_not_in_the_store_s_text_are_named(tmp_path: Path) -> None:
    put(tmp_path, {"a.conll": "# id = x\nZoé B-PER\ndort O\n"})
    (refused,) = read("", tmp_path, text=lambda _: "Zoé mange.")
    assert isinstance(refused, Refused)
    assert "token 'dort' is not what the text goes on with, 'mange.'" in str(refused.error)
    assert f"{tmp_path}/a.conll:3" in str(refused.error)


def test_a_hash_is_a_token_too(tmp_path: Path) -> None:
    put(tmp_path, {"a.conll": "Zoé B-PER\n# O\nid O\n\n# O\n1 O\n"})
    (document,) = documents("", tmp_path)
    assert document.text == "Zoé # id\n# 1"


def test_files_of_layers_are_one_document(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "train.entities.conll": "Zoé B-PER\nattaque O\n\nParis B-GPE\n",
            "train.events.conll": "Zoé O\nattaque B-ATTACK\nParis I-ATTACK\n",
        },
    )
    (document,) = documents("", tmp_path)
    assert labelled(document) == [
        ("entities", "Zoé", "PER"),
        ("entities", "Paris", "GPE"),
        ("events", "attaque\nParis", "ATTACK"),
    ]


@pytest.mark.parametrize(
    ("lines", "what", "line"),
    [
        ("Zoé B-PER\n\nLyon I-GPE\n", "I- begins a span, as in IOB1", 3),
        ("Lyon I-GPE\nZoé O\nZoé B-PER\n", "as in IOB2, seen at", 3),
        ("Zoé B-PER\nMartin I-GPE\n", "I- begins a span, as in IOB1", 2),
        ("Zoé O\nMartin E-PER\n", "tag 'E-PER' ends a span that did not begin", 2),
        ("Zoé B-PER\nMartin E-GPE\n", "tag 'E-GPE' ends a span that did not begin", 2),
        ("Zoé S-PER\nMartin B-PER\nLyon O\n", "a span ends without E- or L-", 2),
        ("Zoé B-PER\nMartin O\nLyon S-GPE\n", "a span ends without E- or L-", 3),
        ("Zoé S-PER\nMartin I-PER\n", "I- begins a span, as in IOB1, and E-", 2),
        ("Zoé B-PER\nMartin PER\n", "'PER' is no tag", 2),
        ("Zoé B-PER\nMartin B\n", "'B' is no tag", 2),
        ("Zoé -X- B-PER\nMartin -X-\n", "line has 2 columns, where 3 are before it", 2),
        ("Zoé\n", "token has no tag", 1),
    ],
)
def test_contradictions_refuse_the_file_at_their_line(tmp_path: Path, lines: str, what: str, line: int) -> None:
    told = refusal("conll", put(tmp_path, {"a.conll": lines}) / "a.conll")
    assert what in told
    assert f"({tmp_path}/a.conll:{line})" in told


def test_bytes_of_another_encoding_within_are_named(tmp_path: Path) -> None:
    put(tmp_path, {"a.conll": ("Zoé B-PER\n" * 120_000).encode() + "Zoé".encode("latin-1") + b" B-PER\n"})
    assert refusal("", tmp_path, max_text=10_000_000).startswith(f"not valid utf-8 ({tmp_path}/a.conll:120001)")


def test_latin_1_and_utf_16_are_read(tmp_path: Path) -> None:
    lines = "Zoé B-PER\nespère O\nà O\nBesançon B-GPE\n"
    put(tmp_path, {"a.conll": lines.encode("latin-1"), "b.conll": lines.encode("utf-16")})
    one, other = documents("", tmp_path)
    assert labelled(one) == labelled(other) == [("entities", "Zoé", "PER"), ("entities", "Besançon", "GPE")]


def test_a_file_without_marks_is_one_document_that_may_be_too_large(tmp_path: Path) -> None:
    put(tmp_path, {"a.conll": "Zoé B-PER\n\n" * 50})
    told = refusal("", tmp_path, max_text=100)
    assert "text is larger than 100 bytes" in told
    assert "-DOCSTART-" in told


@pytest.mark.parametrize("form", ["conll", "bioes"])
def test_what_convert_writes_breaks_off_in_one_line(tmp_path: Path, form: str) -> None:
    _, files, _ = written(form)
    whole = files["train.events.conll"]
    for cut in (len(whole) // 2, whole.index(b"B-ATTACK" if form == "conll" else b"S-ATTACK") + 5, 30, 0):
        put(tmp_path, {**files, "train.events.conll": whole[:cut]})
        items = read(form, tmp_path)
        refused = [item for item in items if isinstance(item, Refused)]
        assert len(refused) == 1
        assert "train.events.conll" in str(refused[0].error)
        # The other split is whole.
        assert len([item for item in items if isinstance(item, ImportedDocument)]) == 2


def test_a_split_whose_files_are_gone_is_named(tmp_path: Path) -> None:
    _, files, _ = written("conll")
    put(tmp_path, {name: data for name, data in files.items() if not name.startswith("dev.")})
    items = read("conll", tmp_path)
    (line,) = [str(item.error) for item in items if isinstance(item, Refused)]
    assert line.startswith(f"no file has the tokens of its split, 'dev' ({tmp_path}/documents.jsonl:8)")
    assert len(items) == 8


def test_documents_that_the_files_lack_are_named(tmp_path: Path) -> None:
    _, files, _ = written("conll")
    put(tmp_path, {**files, "documents.jsonl": b"".join(files["documents.jsonl"].splitlines(keepends=True)[:3])})
    lines = [str(item.error) for item in read("conll", tmp_path) if isinstance(item, Refused)]
    assert any("document has no text there" in line for line in lines)


def test_a_token_that_begins_with_a_hash_is_no_comment(tmp_path: Path) -> None:
    lines = "# texte de hashtags\n# source = presse\n#id O\n#Paris B-GPE\n\n#newdoc O\n# O\nLyon B-GPE\n"
    (document,) = documents("", put(tmp_path, {"a.conll": lines}))
    assert document.text == "#id #Paris\n#newdoc # Lyon"
    assert labelled(document) == [("entities", "#Paris", "GPE"), ("entities", "Lyon", "GPE")]


def test_other_columns_of_tags_are_counted_and_a_column_of_numbers_is_refused(tmp_path: Path) -> None:
    put(tmp_path, {"a.conll": "Zoé B-NP B-PER\nMartin I-NP I-PER\n\nParis O B-GPE\n"})
    (document,) = documents("", tmp_path)
    assert document.left_out == {"other-tag-column": 1}
    line = refusal("", put(tmp_path / "b", {"a.conll": "1\tParis\tB-GPE\tO\n2\tou\tO\tO\n"}))
    assert "the first column numbers the tokens" in line
    assert "a.conll:1" in line


def test_a_layer_that_is_named_alone_is_read_with_the_others(tmp_path: Path) -> None:
    _, files, _ = written("conll")
    put(tmp_path, files)
    whole = {document.id: document for document in documents("conll", tmp_path) if document.split == "train"}
    for layer in ("entities", "events"):
        alone = documents("conll", tmp_path / f"train.{layer}.conll")
        assert {document.id: document.annotations for document in alone} == {
            document: of.annotations for document, of in whole.items()
        }
