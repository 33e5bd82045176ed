"""Where two files of records differ: what a comparison of all their lines says, by whatever blocks they are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.errors import CuratorError
from curator.steps.datasets.comparing.differing_lines import DifferingLine, differing_lines
from tests.growth.executed import executed

FILES = ("a", "b")


def line(document: str, text: str) -> bytes:
    return b'{"id":"%s","text":"%s"}\n' % (document.encode(), text.encode())


def blocks(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


def naive(left: dict[str, bytes], right: dict[str, bytes]) -> list[DifferingLine]:
    documents = sorted(left.keys() | right.keys())
    pairs = ((document, left.get(document), right.get(document)) for document in documents)
    return [DifferingLine(*pair) for pair in pairs if pair[1] != pair[2]]


IDS = st.text("ab0", min_size=1, max_size=4)
CONTENTS = st.dictionaries(IDS, st.sampled_from(["", "x", "y" * 40, "y" * 39 + "z"]), max_size=30)


@given(CONTENTS, CONTENTS, st.integers(1, 200), st.integers(1, 200), st.booleans())
def test_every_line_that_differs_is_told_and_no_other(
    common: dict[str, str], more: dict[str, str], left_size: int, right_size: int, cut: bool
) -> None:
    left = {document: line(document, text) for document, text in common.items()}
    # Most of both is the same.
    right = {
        document: line(document, more.get(document, text)) for document, text in common.items() if document not in "ab"
    }
    right |= {document: line(document, text) for document, text in more.items() if len(document) > 2}
    before, after = (b"".join(side[document] for document in sorted(side)) for side in (left, right))
    if cut and left:
        last = max(left)
        before, left[last] = before[:-1], left[last][:-1]
    told = list(differing_lines(blocks(before, left_size), blocks(after, right_size), FILES))
    assert told == naive(left, right)


def test_lines_that_are_longer_than_a_block_are_compared_whole() -> None:
    long = [line("a", "x" * 20_000), line("b", "x" * 50_000 + "y"), line("c", "z")]
    other = [long[0], line("b", "x" * 50_000 + "w"), long[2]]
    told = list(differing_lines(blocks(b"".join(long), 1 << 10), blocks(b"".join(other), 1 << 10), FILES))
    assert told == [DifferingLine("b", long[1], other[1])]


def test_records_that_are_not_by_id_or_are_none_are_refused() -> None:
    with pytest.raises(CuratorError, match=r"not in the order.*b, a"):
        list(differing_lines([], [line("b", ""), line("a", "")], FILES))
    with pytest.raises(CuratorError, match=r"not in the order"):
        list(differing_lines([line("a", "x"), line("a", "y")], [], FILES))
    with pytest.raises(CuratorError, match=r"not a record.*a, after b"):
        list(differing_lines([line("b", ""), b"{}\n"], [], FILES))


def test_lines_that_are_equal_cost_nothing_of_their_own() -> None:
    def cost(documents: int) -> int:
        lines = [line(f"{number:06}", "mot " * 100) for number in range(documents)]
        changed = [*lines]
        changed[documents // 2] = line(f"{documents // 2:06}", "autre")
        before, after = (blocks(b"".join(side), 1 << 16) for side in (lines, changed))
        return executed(lambda: list(differing_lines(before, after, FILES)))

    small, large = cost(500), cost(4_000)
    assert large - small < 3_500 * 2
