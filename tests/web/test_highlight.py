from hypothesis import given
from hypothesis import strategies as st

from curator.domain.span import Span
from curator.web.highlight import TRACKS, marks, segments
from tests.domain import naive_spans

TEXT = "Marie Curie attaque Paris"
SPANS = st.lists(
    st.builds(
        lambda layer, start, length, label: Span(layer, start, min(start + length, len(TEXT)), label),
        st.sampled_from(["entities", "events"]),
        st.integers(0, len(TEXT) - 1),
        st.integers(1, 20),
        st.sampled_from("AB"),
    ),
    max_size=30,
)


def test_identical_and_crossing_spans_have_tracks_of_their_own() -> None:
    spans = [Span("entities", 0, 11, "A"), Span("entities", 0, 11, "A"), Span("events", 6, 19, "B")]
    placed = marks((span, None) for span in spans)
    assert [mark.track for mark in placed] == [0, 1, 2]
    result = segments(TEXT, placed)
    assert [segment.text for segment in result] == ["Marie ", "Curie", " attaque", " Paris"]
    assert [len(segment.goes_on) for segment in result] == [0, 2, 1, 0]
    assert [len(segment.ends) for segment in result] == [0, 2, 1, 0]


def test_a_text_without_spans_is_one_segment_and_an_empty_text_none() -> None:
    assert [segment.text for segment in segments(TEXT, [])] == [TEXT]
    assert segments("", []) == []


@given(SPANS)
def test_a_span_is_on_the_first_track_that_is_free(spans: list[Span]) -> None:
    placed = marks((span, None) for span in spans)
    assert [(mark.span, mark.track) for mark in placed] == naive_spans.tracks(spans)


@given(SPANS.map(lambda spans: spans * 2))
def test_a_segment_has_the_marks_that_lie_over_it(spans: list[Span]) -> None:
    placed = marks((span, None) for span in spans)
    start = 0
    for segment in segments(TEXT, placed):
        end = start + len(segment.text)
        drawn = [mark for mark in placed if mark.track < TRACKS]
        assert list(segment.goes_on) == [mark for mark in drawn if mark.span.start < start < mark.span.end]
        assert list(segment.starts) == [mark for mark in placed if mark.span.start == start]
        assert list(segment.lines) == [mark for mark in segment.starts if mark.track < TRACKS]
        assert segment.ends == {mark for mark in placed if mark.span.end == end}
        start = end


@given(SPANS)
def test_every_span_starts_once_and_covers_its_own_text(spans: list[Span]) -> None:
    placed = marks((span, None) for span in spans)
    result = segments(TEXT, placed)
    assert "".join(segment.text for segment in result) == TEXT
    started = [mark for segment in result for mark in segment.starts]
    assert started == placed
    for place, mark in enumerate(placed):
        for other in placed[place + 1 :]:
            assert mark.track != other.track or not mark.span.overlaps(other.span)
    if all(placed.count(mark) == 1 and mark.track < TRACKS for mark in placed):
        for mark in placed:
            covered = "".join(segment.text for segment in result if mark in segment.goes_on + segment.lines)
            assert covered == TEXT[mark.span.start : mark.span.end]
