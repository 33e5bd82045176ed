"""Chances by hand-made numbers, and the table they come from."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curator.domain.errors import CuratorError
from curator.spacy_models.chances import ChanceTable, Counts, read_counts, write_counts

NAMES = st.tuples(
    st.sampled_from(["entities", "events"]),
    st.sampled_from(["place", "place+model", "place|model", "title", "model", "model|rules"]),
    st.sampled_from(["GPE", "PER"]),
)
COUNTS = st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda two: Counts(min(two), max(two)))
TABLES = st.dictionaries(NAMES, COUNTS, max_size=8)


def test_each_level_is_drawn_to_the_one_above_by_four_observations() -> None:
    table = ChanceTable(
        {
            ("entities", "place", "GPE"): Counts(6, 6),
            ("entities", "place", "LOC"): Counts(0, 4),
            ("entities", "title", "PER"): Counts(5, 10),
            ("entities", "model", "PER"): Counts(1, 16),
            ("events", "trigger", "ATTACK"): Counts(40, 40),
        }
    )
    layer = (12 + 4 * 0.5) / (36 + 4)
    rules = (11 + 4 * layer) / (20 + 4)
    place = (6 + 4 * rules) / (10 + 4)
    assert table.chance("entities", "place", "GPE") == pytest.approx((6 + 4 * place) / (6 + 4))
    assert table.chance("entities", "place", "LOC") == pytest.approx((0 + 4 * place) / (4 + 4))
    assert table.chance("entities", "place", "ORG") == pytest.approx(place)
    assert table.chance("entities", "new", "ORG") == pytest.approx(rules)
    # Whom the model agrees with is a side of its own; of this one nothing is known but the layer.
    assert table.chance("entities", "place+model", "GPE") == pytest.approx(layer)
    model = (1 + 4 * layer) / (16 + 4)
    whole_model = (1 + 4 * model) / (16 + 4)
    assert table.chance("entities", "model", "PER") == pytest.approx((1 + 4 * whole_model) / (16 + 4))
    assert table.chance("places", "place", "GPE") == 0.5
    assert ChanceTable({}).chance("entities", "place", "GPE") == 0.5


@pytest.mark.parametrize("side", ["", "+model", "|model"])
def test_rules_of_one_side_speak_for_a_rule_that_was_never_seen(side: str) -> None:
    known = {("entities", f"title{side}", "PER"): Counts(90, 100) for side in ("", "+model", "|model")}
    known["entities", f"title{side}", "PER"] = Counts(10, 100)
    table = ChanceTable(known)
    chances = {agreement: table.chance("entities", f"new{agreement}", "GPE") for agreement in ("", "+model", "|model")}
    assert min(chances, key=lambda agreement: chances[agreement]) == side
    assert chances[side] < 0.2


@given(TABLES, NAMES)
def test_every_chance_is_one(counts: dict[tuple[str, str, str], Counts], name: tuple[str, str, str]) -> None:
    assert 0 < ChanceTable(counts).chance(*name) < 1


@given(TABLES, NAMES, COUNTS)
def test_one_more_that_was_kept_never_lowers_a_chance(
    counts: dict[tuple[str, str, str], Counts], name: tuple[str, str, str], before: Counts
) -> None:
    fewer = ChanceTable({**counts, name: before}).chance(*name)
    more = ChanceTable({**counts, name: Counts(before.kept + 1, before.seen + 1)}).chance(*name)
    assert more > fewer


@given(TABLES)
def test_a_table_is_read_as_it_was_written_and_its_bytes_do_not_depend_on_order(
    tmp_path_factory: pytest.TempPathFactory, counts: dict[tuple[str, str, str], Counts]
) -> None:
    path = tmp_path_factory.getbasetemp() / "table.jsonl"
    path.write_bytes(write_counts(counts))
    assert read_counts(path) == counts
    assert write_counts(dict(reversed(counts.items()))) == path.read_bytes()


@pytest.mark.parametrize(
    "line",
    [
        "",
        "kept 3 of 4",
        "[]",
        "7",
        '{"layer": "entities", "rule": "r", "label": "PER", "kept": 1}',
        '{"layer": "entities", "rule": "r", "label": ["PER"], "kept": 1, "seen": 2}',
        '{"layer": "entities", "rule": 3, "label": "PER", "kept": 1, "seen": 2}',
        '{"layer": "entities", "rule": "r", "label": "PER", "kept": "1", "seen": 2}',
        '{"layer": "entities", "rule": "r", "label": "PER", "kept": true, "seen": 2}',
        '{"layer": "entities", "rule": "r", "label": "PER", "kept": 1, "seen": 2.5}',
        '{"layer": "entities", "rule": "r", "label": "PER", "kept": 1, "seen": 1e400}',
        '{"layer": "entities", "rule": "r", "label": "PER", "kept": 3, "seen": 2}',
        '{"layer": "entities", "rule": "r", "label": "PER", "kept": -4, "seen": -4}',
        "\udcff",
    ],
)
def test_a_line_that_is_none_is_reported_with_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "table.jsonl"
    good = '{"layer": "entities", "rule": "r", "label": "PER", "kept": 1, "seen": 2}'
    path.write_text(f"{good}\n{line}\n{good}\n", encoding="utf-8", errors="surrogateescape")
    with pytest.raises(CuratorError) as raised:
        read_counts(path)
    assert str(raised.value) == f"not a line of a calibration table ({path}:2): write it with `curator calibrate`"


def test_a_missing_table_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CuratorError) as raised:
        read_counts(tmp_path / "none.jsonl")
    assert "No such file" in raised.value.what
    assert raised.value.where == str(tmp_path / "none.jsonl")
