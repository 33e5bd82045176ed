"""CoNLL-U Plus of other people: by hand, by its public description and that of Universal Dependencies."""

from pathlib import Path

import pytest

from tests.files.formats.hard_case import written
from tests.files.imports.as_imported import documents, labelled, put, refusal

HEAD = "# global.columns = ID FORM NER MISC\n"
FIRST = (
    "# newdoc id = un\n# sent_id = 1\n# text = L'ONU va au Mali.\n"
    "1\tL'\tO\tSpaceAfter=No\n2\tONU\tB-GPE\t_\n3\tva\tO\t_\n4-5\tau\t_\t_\n4\tà\tO\t_\n5\tle\tO\t_\n"
    "5.1\tvide\tO\t_\n6\tMali\tB-GPE\tSpaceAfter=No\n7\t.\tO\tSpacesAfter=\\n\\n\n\n"
)
SECOND = "# text = Zoé Martin dort\n1\tZoé\tB-PER\t_\n2\tMartin\tI-PER\t_\n3\tdort\tO\t_\n\n"


def test_texts_are_put_together_of_words_and_white_space(tmp_path: Path) -> None:
    put(tmp_path, {"test.conllup": f"{HEAD}{FIRST}{SECOND}# newdoc id = deux\n{SECOND}"})
    first, second = documents("", tmp_path)
    assert first.text == "L'ONU va au Mali.\n\nZoé Martin dort"
    assert labelled(first) == [
        ("entities", "ONU", "GPE"),
        ("entities", "Mali", "GPE"),
        ("entities", "Zoé Martin", "PER"),
    ]
    assert (second.text, second.id, second.split) == ("Zoé Martin dort", "deux", "test")


def test_a_span_on_a_part_of_what_is_written_as_one_is_on_the_whole(tmp_path: Path) -> None:
    rows = "1\tva\tO\t_\n2-3\tdu\t_\tSpaceAfter=No\n2\tde\tO\t_\n3\tle\tB-PER\t_\n4\t!\tI-PER\t_\n\n"
    (document,) = documents("", put(tmp_path, {"a.conllup": HEAD + rows}))
    assert document.text == "va du!"
    assert labelled(document) == [("entities", "du!", "PER")]


def test_a_column_of_tags_may_have_a_name_space(tmp_path: Path) -> None:
    put(tmp_path, {"a.conllup": "# global.columns = ID FORM AUTRE:NE\n1\tZoé\tS-PER\n2\tdort\t*\n\n"})
    (document,) = documents("", tmp_path)
    assert labelled(document) == [("entities", "Zoé", "PER")]


def test_plain_conllu_is_refused(tmp_path: Path) -> None:
    put(tmp_path, {"a.conllu": "# text = Zoé\n1\tZoé\tZoé\tPROPN\t_\t_\t0\troot\t_\t_\n\n"})
    told = refusal("", tmp_path)
    assert told.startswith("no column holds spans; there are ID, FORM, LEMMA, UPOS")
    assert f"{tmp_path}/a.conllu:1" in told


@pytest.mark.parametrize(
    ("rows", "what", "line"),
    [
        ("1\tZoé\tB-PER\n\n", "line has 3 columns, where 4 are named", 2),
        ("x\tZoé\tB-PER\t_\n\n", "'x' is no number of a word", 2),
        ("1\tZoé\tB-PER\t_\n", "no blank line after the last sentence", 2),
        ("1\tZoé\tE-PER\t_\n\n", "tag 'E-PER' ends a span that did not begin", 2),
        ("# text = Zoé dort\n1\tZoé\tO\t_\n\n", "words do not make the text of the comment", 1),
    ],
)
def test_lines_that_are_none_refuse_the_file(tmp_path: Path, rows: str, what: str, line: int) -> None:
    told = refusal("", put(tmp_path, {"a.conllup": HEAD + rows}))
    assert told.startswith(what)
    assert f"({tmp_path}/a.conllup:{line})" in told


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("# relation = {", "# relation = [", "comment is no JSON object"),
        ("# document = {", "# document = x", "comment is no JSON object"),
        ("# layers = entities", "# layers =", "comment 'layers' does not name"),
        ("\t1:ATTACK\t", "\t1\t", "'1' goes on with no span"),
    ],
)
def test_what_convert_writes_is_refused_where_it_was_changed(
    tmp_path: Path, before: str, after: str, what: str
) -> None:
    _, files, _ = written("conllup")
    text = files["train.conllup"].decode()
    assert before in text
    put(tmp_path, {"train.conllup": text.replace(before, after, 1)})
    told = refusal("", tmp_path)
    assert told.startswith(what)
    assert f"{tmp_path}/train.conllup:" in told


def test_what_convert_writes_breaks_off_in_one_line(tmp_path: Path) -> None:
    _, files, _ = written("conllup")
    whole = files["train.conllup"]
    for cut in (len(whole) // 2, len(whole) // 3, 300):
        put(tmp_path, {"train.conllup": whole[:cut]})
        assert f"{tmp_path}/train.conllup:" in refusal("", tmp_path)
