from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.fit import fit
from curator.domain.span import Attribute, Content, Problem, Relation, Span
from tests.domain.schemas import SCHEMA

TEXT = "Ahmed fuit"
PERSON, EVENT = Span("entities", 0, 5, "PER"), Span("events", 6, 10, "ATTACK")
GOOD = Content(
    (PERSON, EVENT),
    (Relation(EVENT.id, PERSON.id, "agent", "bi"),),
    (Attribute(PERSON.id, "certitude", ["douteux"]), Attribute("document", "note", {"free": None})),
)


def test_what_fits_stays_as_it_is() -> None:
    assert fit(GOOD, TEXT, SCHEMA) == GOOD


@pytest.mark.parametrize(
    ("span", "cause"),
    [
        (Span("entities", 0, 11, "PER"), "offsets-outside-text"),
        (Span("entities", -1, 5, "PER"), "offsets-outside-text"),
        (Span("entities", 5, 5, "PER"), "offsets-empty-or-reversed"),
        (Span("entities", 0, 5, "ATTACK"), "unknown-label"),
        (Span("topics", 0, 5, "PER"), "unknown-label"),
    ],
)
def test_a_span_that_does_not_fit_is_a_problem_and_so_is_what_names_it(span: Span, cause: str) -> None:
    content = Content((span, EVENT), (Relation(EVENT.id, span.id, "agent"),), (Attribute(span.id, "note", 1),))
    fitting = fit(content, TEXT, SCHEMA)
    assert fitting.spans == (EVENT,)
    assert (fitting.relations, fitting.attributes) == ((), ())
    assert [problem.cause for problem in fitting.problems] == [
        cause,
        "relation-without-span",
        "attribute-without-span",
    ]


@pytest.mark.parametrize(
    ("relation", "cause"),
    [
        (Relation(EVENT.id, PERSON.id, "cousin"), "unknown-relation"),
        (Relation(EVENT.id, PERSON.id, "agent", "up"), "unknown-relation"),
        (Relation(EVENT.id, "document", "agent"), "relation-without-span"),
    ],
)
def test_a_relation_that_does_not_fit_is_a_problem(relation: Relation, cause: str) -> None:
    fitting = fit(Content(GOOD.spans, (relation,)), TEXT, SCHEMA)
    assert (fitting.spans, fitting.relations) == (GOOD.spans, ())
    assert [problem.cause for problem in fitting.problems] == [cause]


@pytest.mark.parametrize(
    ("name", "value", "cause"),
    [
        ("certitude", "sûr", "unknown-choice"),
        ("certitude", ["douteux", "sûr"], "unknown-choice"),
        ("note", float("nan"), "malformed-item"),
        ("note", {1, 2}, "malformed-item"),
        ("note", "half \ud83d", "malformed-item"),
    ],
)
def test_an_attribute_that_does_not_fit_is_a_problem(name: str, value: Any, cause: str) -> None:
    fitting = fit(Content(attributes=(Attribute("document", name, value),)), TEXT, SCHEMA)
    assert fitting.attributes == ()
    (problem,) = fitting.problems
    assert problem.cause == cause


OFFSETS = st.integers(-1, 12)
SPANS = st.builds(Span, st.sampled_from(["entities", "topics"]), OFFSETS, OFFSETS, st.sampled_from(["PER", "X"]))


@given(st.lists(SPANS), st.booleans())
def test_everything_fits_or_is_a_problem_and_what_fits_fits_again(spans: list[Span], had_problem: bool) -> None:
    problems = (Problem("came-with-it", 1),) if had_problem else ()
    fitting = fit(Content(tuple(spans), problems=problems), TEXT, SCHEMA)
    assert len(fitting.spans) + len(fitting.problems) == len(spans) + len(problems)
    assert fit(fitting, TEXT, SCHEMA) == fitting
