"""Whatever the records are, what a format writes and what it lists are together the version."""

from collections.abc import Mapping, Sequence
from importlib import import_module

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.domain.document import SPLITS
from curator.domain.record import Record
from curator.domain.span import Span
from tests.files.formats.any_records import ANY, LABELS, ODD_LABELS, PLAIN, records, written
from tests.files.formats.hard_case import SCHEMA
from tests.files.formats.restoring import comparable, restored

_FORMATS = {
    "bioes": ODD_LABELS,
    "brat": LABELS,
    "cas": LABELS,
    "conll": ODD_LABELS,
    "conllup": ODD_LABELS,
    "croissant": LABELS,
    "docbin": LABELS,
    "docbin-repaired": LABELS,
    "doccano": ODD_LABELS,
    "gliner": LABELS,
    "label-studio": LABELS,
    "parquet": LABELS,
    "prodigy": ODD_LABELS,
}


def restores(name: str, splits: Mapping[str, Sequence[Record]]) -> None:
    form, files, losses = written(name, splits)
    read = import_module(f"tests.files.formats.read_{name.replace('-', '_')}").read
    version = restored(read(files), losses)
    for split in SPLITS:
        expected = comparable(splits.get(split, ()), form.not_held)
        assert comparable(version.get(split, []), form.not_held) == expected


@pytest.mark.parametrize("name", _FORMATS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_any_records_are_written_or_listed(name: str, data: st.DataObject) -> None:
    drawn = data.draw(records(_FORMATS[name], PLAIN if _FORMATS[name] is LABELS else ANY))
    restores(name, {"train": drawn[:2], "test": drawn[2:]})


@pytest.mark.parametrize("name", _FORMATS)
def test_a_version_without_records_or_without_spans_is_written(name: str) -> None:
    restores(name, {})
    layers: dict[str, tuple[Span, ...]] = dict.fromkeys(SCHEMA.layer_names, ())
    restores(name, {"dev": [Record("a", "Rien.", "fr", layers), Record("b", " \n", "fr", layers)]})
