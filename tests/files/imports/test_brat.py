"""brat standoff of other people: files by hand, by brat's public description."""

from pathlib import Path

import pytest

from curator.steps.ports.documents import Refused
from curator.steps.ports.imports import ImportedDocument
from tests.files.imports.as_imported import content, documents, labelled, put, read, refusal

TEXT = "L’ONU a vu l’attaque d’Odessa.\nZoé Martin\ny était.\n"
ANN = (
    "T1\tATTACK 13 20\tattaque\n"
    "T2\tGPE 23 29\tOdessa\n"
    "T3\tGPE 2 5\tONU\n"
    "E1\tATTACK:T1 place:T2 place2:T3\n"
    "R1\tagent Arg1:E1 Arg2:T3\n"
    "A1\tcertitude E1 douteux\n"
    "M2\tNegation T2\n"
    "#1\tAnnotatorNotes T2\tvu par Zoé\n"
    "#2\tAnnotatorNotes R1\tnon\n"
    "*\tEquiv T2 T3\n"
    "N1\tReference T2 Wikidata:Q1874\tOdessa\n"
    "A3\tNegation R1\n"
)


def doc(folder: Path, ann: str, text: str = TEXT) -> ImportedDocument:
    (document,) = documents("brat", put(folder, {"train/a.txt": text, "train/a.ann": ann}))
    return document


def test_every_kind_of_line_is_taken_or_counted(tmp_path: Path) -> None:
    document = doc(tmp_path, ANN)
    held = content(document)
    assert not held.problems
    assert sorted((span.layer, TEXT[span.start : span.end], span.label) for span in held.spans) == [
        ("entities", "ONU", "GPE"),
        ("entities", "Odessa", "GPE"),
        ("events", "attaque", "ATTACK"),
    ]
    attack, odessa, onu = (s.id for s in sorted(held.spans, key=lambda s: (s.label, -s.start)))
    assert {(r.head, r.child, r.label) for r in held.relations} == {
        (attack, odessa, "place"),
        (attack, onu, "place"),
        (attack, onu, "agent"),
    }
    assert {(a.on, a.name, str(a.value)) for a in held.attributes} == {
        (attack, "certitude", "['douteux']"),
        (odessa, "Negation", "True"),
        (odessa, "AnnotatorNotes", "vu par Zoé"),
    }
    assert document.left_out == {
        "equivalence": 1,
        "normalisation": 1,
        "note-on-relation": 1,
        "attribute-on-relation": 1,
    }
    assert document.split == "train"
    assert document.name.endswith("train/a.txt")


def test_a_span_over_a_line_end_is_whole_and_one_of_other_words_between_is_quarantined(tmp_path: Path) -> None:
    at = TEXT.index("Zoé")
    ann = (
        f"T1\tPER {at} {at + 10};{at + 11} {at + 12}\tZoé Martin y\n"
        f"T2\tGPE 2 5;23 29\tONU Odessa\n"
        f"T3\tPER {at} {at + 3};{at + 4} {at + 10}\tZoé Martin\n"
    )
    held = content(doc(tmp_path, ann))
    assert [(span.start, span.end) for span in held.spans] == [(at, at + 12)]
    assert [problem.cause for problem in held.problems] == ["discontinuous-span"] * 2
    assert held.problems[0].item["fragments"] == [[2, 5], [23, 29]]


@pytest.mark.parametrize("unit", ["utf-16-le", "utf-8"])
def test_words_prove_the_unit_of_offsets(tmp_path: Path, unit: str) -> None:
    text = "👩‍👩‍👧 Zoé à Kyïv."
    start = len(text[: text.index("Kyïv")].encode(unit)) // (2 if "16" in unit else 1)
    end = start + len("Kyïv".encode(unit)) // (2 if "16" in unit else 1)
    assert labelled(doc(tmp_path, f"T1\tGPE {start} {end}\tKyïv\n", text)) == [("entities", "Kyïv", "GPE")]


def test_a_text_with_windows_line_ends_counts_both_characters(tmp_path: Path) -> None:
    text = TEXT.replace("\n", "\r\n")
    at = text.index("y était")
    ann = f"T1\tPER {at} {at + 7}\ty était\r\nT2\tPER {at - 12} {at + 1}\tZoé Martin  y\r\n"
    assert labelled(doc(tmp_path, ann, text)) == [("entities", "y était", "PER"), ("entities", "Zoé Martin\ny", "PER")]


def test_words_that_are_not_there_are_quarantined(tmp_path: Path) -> None:
    held = content(doc(tmp_path, "T1\tGPE 23 29\tLyon\n"))
    assert [problem.cause for problem in held.problems] == ["text-differs"]


def test_offsets_beyond_the_text_are_quarantined(tmp_path: Path) -> None:
    held = content(doc(tmp_path, "T1\tGPE 900 906\tOdessa\n"))
    assert [problem.cause for problem in held.problems] == ["offsets-outside-text"]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("E1\tATTACK:T9 place:T1", "event has a trigger that is not there, 'T9'"),
        ("E1\t", "event has no trigger"),
        ("E1\tGPE", "event has no trigger"),
        ("E1\tATTACK:T1", "event is a 'ATTACK', its trigger T1 a 'GPE'"),
        ("R1\tagent Arg1:T1 Arg2:T7", "'T7' is no span or event that is there"),
        ("R1\tagent Arg1:T1", "relation has no two arguments"),
        ("T1\tGPE 0 3\tL’O", "id 'T1' is given twice"),
        ("T2\tGPE 3", "not a type with offsets"),
        ("Bonjour", "line is no annotation"),
        ("A1\tNegation T8", "'T8' is no span or event that is there"),
        ("A1\tNegation", "not an attribute with what it is on"),
        ("#1\tAnnotatorNotes", "not a note with what it is on"),
    ],
)
def test_a_line_that_contradicts_the_others_refuses_the_document(tmp_path: Path, line: str, what: str) -> None:
    put(tmp_path, {"a.txt": TEXT, "a.ann": f"T1\tGPE 23 29\tOdessa\n{line}\n"})
    told = refusal("brat", tmp_path)
    assert told.startswith(what)
    assert f"{tmp_path}/a.ann:2" in told


def test_a_file_without_its_other_half_is_named(tmp_path: Path) -> None:
    put(tmp_path, {"a.txt": TEXT, "b.ann": "", "c.txt": TEXT, "c.ann": ""})
    one, other, whole = read("brat", tmp_path)
    assert isinstance(one, Refused)
    assert isinstance(other, Refused)
    assert isinstance(whole, ImportedDocument)
    assert "no .ann file beside it" in str(one.error)
    assert f"{tmp_path}/a.txt" in str(one.error)
    assert "no .txt file beside it" in str(other.error)
    assert f"{tmp_path}/b.ann" in str(other.error)


def test_one_file_of_the_two_is_enough_to_name(tmp_path: Path) -> None:
    put(tmp_path, {"a.txt": TEXT, "a.ann": "T1\tGPE 23 29\tOdessa\n"})
    (document,) = documents("", tmp_path / "a.ann")
    assert labelled(document) == [("entities", "Odessa", "GPE")]


@pytest.mark.parametrize("table", ["{", "[]", '{"spans": {"GPE": ["a"]}}', '{"spans": {"GPE": 1}}', '{"spans": []}'])
def test_a_broken_table_of_names_is_named(tmp_path: Path, table: str) -> None:
    put(tmp_path, {"a.txt": TEXT, "a.ann": "", "names.json": table})
    assert f"{tmp_path}/names.json" in refusal("brat", tmp_path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    put(tmp_path, {"a.txt": bytes(range(32)) * 9, "a.ann": ""})
    assert f"{tmp_path}/a.txt" in refusal("brat", tmp_path)


def test_events_that_share_a_trigger_are_counted_and_lead_to_no_span_of_their_own(tmp_path: Path) -> None:
    ann = (
        "T1\tATTACK 13 20\tattaque\nT2\tGPE 23 29\tOdessa\nT3\tGPE 2 5\tONU\n"
        "E1\tATTACK:T1 place:T2\nE2\tATTACK:T1 place:T3 cause:E1\nR1\tavant Arg1:E1 Arg2:E2\n"
    )
    document = doc(tmp_path, ann)
    held = content(document)
    assert not held.problems
    assert sorted(relation.label for relation in held.relations) == ["place", "place"]
    assert document.left_out == {
        "event-with-the-trigger-of-another": 1,
        "relation-between-events-with-one-trigger": 2,
    }


def test_files_by_name_or_by_pattern_are_read_with_the_text_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, {"a.txt": TEXT, "a.ann": "T1\tGPE 23 29\tOdessa\n"})
    monkeypatch.chdir(tmp_path)
    for form in ("", "brat"):
        for paths in (
            [tmp_path / "*.ann"],
            [tmp_path / "a.ann", tmp_path / "a.txt"],
            [tmp_path / "a.txt", tmp_path / "a.ann"],
            [tmp_path / "a.*"],
            [Path("*.ann")],
            [Path("a.ann"), Path("a.txt")],
            [Path()],
        ):
            (document,) = documents(form, *paths)
            assert labelled(document) == [("entities", "Odessa", "GPE")]
            assert document.name.endswith("a.txt")


def test_extensions_in_capitals(tmp_path: Path) -> None:
    folder = put(tmp_path, {"a.TXT": TEXT, "a.ANN": "T1\tGPE 23 29\tOdessa\n"})
    for path in (folder, folder / "a.ANN"):
        (document,) = documents("", path)
        assert labelled(document) == [("entities", "Odessa", "GPE")]
