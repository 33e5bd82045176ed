"""What a file of CoNLL-U Plus looks like, line by line."""

import pytest

from curator.domain.record import Record
from curator.domain.span import Span
from curator.files.formats.conllup import column_names
from tests.files.formats.any_records import written
from tests.files.formats.read_conllup import sentences

TEXT = "L'armée attaque\u00a0Gao.\n\nElle part."


def _lines() -> list[str]:
    spans = (Span("events", 2, 7, "ATTACK"), Span("events", 2, 15, "ATTACK"))
    layers = {"entities": (Span("entities", 16, 18, "GPE"),), "events": spans, "claims": ()}
    _, files, losses = written("conllup", {"train": [Record("d 1", TEXT, "fr", layers)]})
    assert not losses
    return files["train.conllup"].decode().split("\n")


def test_spans_of_a_layer_overlap_in_its_column_and_comments_hold_the_rest() -> None:
    lines = _lines()
    assert lines[:3] == [
        "# global.columns = ID FORM MISC CURATOR:ENTITIES CURATOR:EVENTS CURATOR:CLAIMS",
        "# layers = entities events claims",
        "# newdoc id = d%201",
    ]
    assert lines[4] == '# span = {"layer": "entities", "start": 16, "end": 18, "label": "GPE", "text": "Ga"}'
    assert lines[5:13] == [
        "# sent_id = d%201-1",
        "# text = L'armée attaque Gao.",
        "1\tL'\tSpaceAfter=No\t*\t*\t*",
        "2\tarmée\t_\t*\t1:ATTACK;2:ATTACK\t*",
        "3\tattaque\tSpacesAfter=\\u00a0\t*\t2\t*",
        "4\tGao\tSpaceAfter=No\t*\t*\t*",
        "5\t.\tSpacesAfter=\\n\\n\t*\t*\t*",
        "",
    ]
    assert lines[13:15] == ["# sent_id = d%201-2", "# text = Elle part."]


def test_the_check_of_the_format_refuses_what_is_none() -> None:
    good = "\n".join(_lines())
    assert len(list(sentences(good))) == 2
    for old, new in (
        ("# global.columns", "# columns"),
        ("CURATOR:ENTITIES", "curator:entities"),
        ("\n2\tarmée", "\n3\tarmée"),
        ("L'armée attaque Gao", "L' armée attaque Gao"),
        (
            "\t*\t*\t*",
            "\t*\t*",
        ),
        ("d%201-2", "d%201-1"),
        ("1\tL'", "1\t"),
    ):
        with pytest.raises(AssertionError):
            list(sentences(good.replace(old, new, 1)))


def test_columns_of_layers_have_names_of_capital_letters_no_two_the_same() -> None:
    names = column_names(["entities", "Entities_2", "e-vents", "_1", "_2"])
    assert names == ["CURATOR:ENTITIES", "CURATOR:ENTITIESX", "CURATOR:EVENTS", "CURATOR:LAYER", "CURATOR:LAYERX"]
