import pytest

from curator.domain.policies.kind import ReadAnnotation
from curator.domain.policies.latest import LATEST, newest
from curator.domain.span import Attribute, Content, Relation, Span
from tests.domain.annotations import LATE, annotation


@pytest.mark.parametrize(
    ("annotations", "number"),
    [
        ([annotation(number=1, updated_at=LATE), annotation(number=2)], 1),
        ([annotation(number=1), annotation(number=2)], 2),
        ([annotation(number=9), annotation(number=2, project=2)], 9),
        ([annotation(number=1, ground_truth=True), annotation(number=2, updated_at=LATE)], 1),
        ([annotation(number=1, ground_truth=True), annotation(number=2, ground_truth=True)], 2),
        ([], None),
    ],
)
def test_the_newest_is_the_last_one_updated_ground_truth_before_others(
    annotations: list[ReadAnnotation], number: int | None
) -> None:
    for order in (annotations, annotations[::-1]):
        chosen = newest(order)
        assert (chosen and chosen.number) == number


def test_the_outcome_is_the_whole_content_of_the_newest_annotation() -> None:
    person, event = Span("entities", 0, 5, "PER"), Span("events", 6, 10, "ATTACK")
    content = Content(
        (person, event), (Relation(event.id, person.id, "agent"),), (Attribute("document", "note", "kept"),)
    )
    outcome = LATEST.decide([annotation(number=1), annotation(content, 2, LATE)], {})
    assert outcome is not None
    assert [contributor.number for contributor in outcome.contributors] == [2]
    assert outcome.content == content
    assert LATEST.decide([], {}) is None
