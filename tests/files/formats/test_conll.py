"""The files of tokens as real readers take them, and texts that could be taken for the format's own marks."""

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from curator.domain.loss import Loss
from curator.domain.record import Record
from curator.domain.schema import schema_from_value
from curator.domain.span import Attribute, Relation, Span
from curator.files.formats.bioes import bioes
from curator.files.formats.conll import conll
from curator.steps.ports.formats import FormatParts, FormatTokens, Tokenize
from tests.fakes.parts import SCHEMA_VALUE
from tests.files.formats.any_records import written as written_of
from tests.files.formats.hard_case import RECORDS, SCHEMA, MemoryFolder, version, written

TEXT = "Le maire de La Rochelle parle. Il dément l'attaque."


def _record(*spans: Span, text: str = TEXT, **rest: object) -> Record:
    layers = {layer: tuple(span for span in spans if span.layer == layer) for layer in SCHEMA.layer_names}
    return Record("d", text, "fr", layers, **rest)  # type: ignore[arg-type]


def _span(part: str, label: str = "GPE", layer: str = "entities", text: str = TEXT) -> Span:
    return Span(layer, text.index(part), text.index(part) + len(part), label)


def _tags(name: str, *spans: Span, layer: str = "entities") -> tuple[list[str], list[Loss]]:
    _, files, losses = written_of(name, {"train": [_record(*spans)]})
    return files[f"train.{layer}.conll"].decode().splitlines(), losses


def test_a_file_begins_with_a_document_and_has_a_line_a_token_and_a_blank_one_after_each_sentence() -> None:
    lines, losses = _tags("conll", _span("La Rochelle"))
    assert lines[:10] == [
        "-DOCSTART- -X- O O",
        "",
        "Le -X- O O",
        "maire -X- O O",
        "de -X- O O",
        "La -X- O B-GPE",
        "Rochelle -X- O I-GPE",
        "parle -X- O O",
        ". -X- O O",
        "",
    ]
    assert lines[10:16] == ["Il -X- O O", "dément -X- O O", "l' -X- O O", "attaque -X- O O", ". -X- O O", ""]
    assert not losses


def test_bioes_marks_the_last_token_and_one_alone() -> None:
    spans = (_span("maire de La Rochelle"), _span("dément", "PER"))
    lines, losses = _tags("bioes", *spans)
    tags = [line.split(" ")[3] for line in lines if line and "DOCSTART" not in line]
    assert tags[:7] == ["O", "B-GPE", "I-GPE", "I-GPE", "E-GPE", "O", "O"]
    assert tags[7:] == ["O", "S-PER", "O", "O", "O"]
    assert not losses


def test_no_sentence_ends_within_a_span() -> None:
    lines, losses = _tags("conll", _span("parle. Il dément", "ATTACK", "events"), layer="events")
    assert lines.count("") == 2
    assert not losses
    lines, _ = _tags("conll", _span("parle. Il dément", "ATTACK", "events"))
    assert lines.count("") == 3


def test_what_no_column_holds_is_listed_with_the_reason() -> None:
    spans = (
        _span("La Rochelle"),
        _span("Rochelle"),
        _span("Rochel", "PER"),
        _span("La "),
        Span("autre", 0, 2, "X"),
    )
    relation = Relation(spans[0].id, spans[1].id, "place", "right")
    record = _record(*spans, relations=(relation,), attributes=(Attribute("document", "note", ["a"]),))
    record = replace(record, spans={**record.spans, "autre": (spans[4],)})
    _, _, losses = written_of("conll", {"train": [record]})
    assert {(loss.kind, loss.reason, loss.item.get("end")) for loss in losses} == {
        ("span", "overlaps-longer-span", spans[1].end),
        ("span", "boundary-inside-token", spans[2].end),
        ("span", "blank-at-boundary", spans[3].end),
        ("span", "layer-not-in-schema", 2),
        ("relation", "no-relations", None),
        ("attribute", "no-attributes", None),
    }


@pytest.mark.filterwarnings("default::UserWarning")
@pytest.mark.parametrize("layer", ["entities", "events"])
def test_spacy_converts_a_file_to_the_same_spans(layer: str) -> None:
    _, files, losses = written("conll")
    listed = {(loss.document, loss.item["start"], loss.item["end"]) for loss in losses if loss.kind == "span"}
    # Without types in spaCy.
    convert: Any = import_module("spacy.training.converters").conll_ner_to_docs
    docs = list(convert(files[f"train.{layer}.conll"].decode(), no_print=True))
    assert len(docs) == len(RECORDS["train"])
    for doc, record in zip(docs, RECORDS["train"], strict=True):
        expected = [
            ("".join(record.text[span.start : span.end].split()), span.label)
            for span in record.spans[layer]
            if (record.id, span.start, span.end) not in listed
        ]
        assert [("".join(ent.text.split()), ent.label_) for ent in doc.ents] == expected


def _by_blanks() -> Tokenize:
    def tokenize(text: str) -> FormatTokens:
        starts = [at for at in range(len(text)) if not text[at].isspace() and (at == 0 or text[at - 1].isspace())]
        ends = [at for at in range(1, len(text) + 1) if text[at - 1 : at + 1].rstrip() == text[at - 1] != " "]
        return FormatTokens(starts, ends, [0])

    return tokenize


@pytest.mark.parametrize("make", [conll, bioes])
def test_no_token_is_taken_for_a_mark_and_no_label_for_two_columns(make: object) -> None:
    labels = [*SCHEMA_VALUE["layers"][0]["labels"], {"name": "Force armée", "colour": "#1565c0", "hotkey": "9"}]
    layers = [{**SCHEMA_VALUE["layers"][0], "labels": labels}]
    schema = schema_from_value({**SCHEMA_VALUE, "layers": layers}, "tests")
    text = "-DOCSTART- -X- O O # x"
    record = Record("d", text, "fr", {"entities": (Span("entities", 0, 10, "Force armée"),)})
    content = replace(version(), schema=schema, records=lambda split: iter([record] if split == "train" else []))
    folder = MemoryFolder()
    losses: Iterator[Loss] = make(FormatParts(_by_blanks)).write(content, folder)  # type: ignore[operator]
    assert not list(losses)
    lines = folder.files["train.entities.conll"].decode().splitlines()
    assert [line for line in lines if line.startswith("-DOCSTART-")] == lines[:1]
    assert all(len(line.split()) == 4 for line in lines if line)
    assert lines[2].startswith("_DOCSTART_ -X- O ")
    assert lines[2].endswith("-Force%20armée")
    assert folder.files["documents.jsonl"].count(b'"text":"-DOCSTART- -X- O O # x"') == 1
