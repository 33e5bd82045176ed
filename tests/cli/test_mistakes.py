"""Errors in context, as a terminal shows them."""

from hypothesis import given
from hypothesis import strategies as st

from curator.cli.mistakes import mistakes
from curator.domain.scoring import MatchKind, match
from curator.domain.span import Span
from curator.steps.learning.evaluate import EvaluatedDocument, Evaluation

ESCAPES = "\x1b[31m\x1b]0;owned\x07\x9b2J\x08\x7f\r"
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


def shown(text: str, predicted: list[Span], gold: list[Span], name: str = "N") -> list[str]:
    return list(mistakes(Evaluation("p", (EvaluatedDocument("d1", name, text, tuple(match(predicted, gold))),), {})))


def span(start: int, end: int, label: str = "PER") -> Span:
    return Span("entities", start, end, label)


def contexts(text: str, predicted: list[Span], gold: list[Span]) -> list[str]:
    return [line.split("  ", 3)[-1] for line in shown(text, predicted, gold)[1:]]


def test_every_kind_of_mistake_is_named_with_its_labels_and_its_place() -> None:
    text = "Marie voit Rome et Lyon, puis part."
    predicted = [span(0, 5), span(11, 15), span(25, 29, "ORG")]
    gold = [span(0, 5), span(11, 15, "GPE"), span(19, 23, "GPE")]
    assert shown(text, predicted, gold) == [
        "d1  N",
        "  label     PER, gold GPE  Marie voit [Rome] et Lyon, puis part.",
        "  missed    GPE  Marie voit Rome et {Lyon}, puis part.",
        "  spurious  ORG  Marie voit Rome et Lyon, [puis] part.",
    ]


def test_brackets_and_braces_nest_where_one_span_holds_the_other() -> None:
    text = "abcdefgh"
    cases = {
        (2, 5, 2, 7): "ab{[cde]fg}h",
        (2, 7, 2, 5): "ab[{cde}fg]h",
        (4, 7, 2, 7): "ab{cd[efg]}h",
        (2, 7, 4, 7): "ab[cd{efg}]h",
        (2, 7, 4, 5): "ab[cd{e}fg]h",
        (0, 8, 3, 8): "[abc{defgh}]",
        (2, 5, 3, 7): "ab[c{de]fg}h",
        (3, 7, 2, 5): "ab{c[de}fg]h",
    }
    for (start, end, gold_start, gold_end), expected in cases.items():
        assert contexts(text, [span(start, end)], [span(gold_start, gold_end)]) == [expected]


def test_a_wrong_label_at_other_offsets_shows_both() -> None:
    lines = shown("abcdefgh", [span(2, 5)], [span(2, 7, "GPE")])
    assert lines[1] == "  label     PER, gold GPE  ab{[cde]fg}h"


def test_only_the_neighbourhood_is_shown() -> None:
    text = "x" * 50 + "Rome" + "y" * 50
    assert contexts(text, [span(50, 54)], []) == ["…" + "x" * 36 + "[Rome]" + "y" * 36 + "…"]
    assert contexts(text[20:-20], [span(30, 34)], []) == ["x" * 30 + "[Rome]" + "y" * 30]


def test_documents_without_a_mistake_are_not_named() -> None:
    assert shown("Rome", [span(0, 4)], [span(0, 4)]) == []


def test_nothing_that_a_terminal_obeys_is_written() -> None:
    text = f"avant{ESCAPES}{BIDI}\nRome{ESCAPES}\u2028{BIDI}\u0085après"
    start = text.index("Rome")
    evil = f"PER{ESCAPES}{BIDI}\n"
    document = EvaluatedDocument(
        f"d1{ESCAPES}",
        f"N{ESCAPES}{BIDI}\n",
        text,
        tuple(match([span(start, start + 9, evil)], [span(start, start + 4)])),
    )
    lines = list(mistakes(Evaluation("p", (document,), {})))
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)
    assert lines[1].startswith("  label     PER[31m")
    assert "après" in lines[1]


@given(st.text(st.characters(codec="utf-8")), st.data())
def test_one_printable_line_a_mistake_for_any_text(text: str, data: st.DataObject) -> None:
    places = st.integers(0, len(text)).flatmap(lambda start: st.tuples(st.just(start), st.integers(start, len(text))))
    spans = places.filter(lambda place: place[0] < place[1]).map(lambda place: span(*place))
    lists = st.lists(spans, max_size=4) if text else st.just([])
    predicted, gold = data.draw(lists), data.draw(lists)
    wrong = sum(pair.kind is not MatchKind.EXACT for pair in match(predicted, gold))
    lines = shown(text, predicted, gold, name=text)
    assert len(lines) == (wrong + 1 if wrong else 0)
    assert all(line.isprintable() for line in lines)
