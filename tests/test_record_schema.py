"""The JSON Schema of records: all that is written fits it, and nothing that lacks a key does."""

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from curator.domain.document import SPLITS
from curator.domain.record import Record, record_line
from tests.conftest import ROOT
from tests.domain.test_loadable import records
from tests.sample_version import SAMPLE

_SCHEMA = json.loads((ROOT / "docs" / "record.schema.json").read_text(encoding="utf-8"))
_CHECK = jsonschema.Draft202012Validator(_SCHEMA)
LINES = [line for split in SPLITS for line in (SAMPLE / f"{split}.jsonl").read_bytes().splitlines()]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(_SCHEMA)


def test_every_record_of_the_sample_fits() -> None:
    assert len(LINES) == 12
    for line in LINES:
        _CHECK.validate(json.loads(line))


@given(records())
def test_every_record_has_the_keys_of_the_schema_and_no_others(record: Record) -> None:
    names = {"additionalProperties", "required", "type", "enum"}
    assert not [error for error in _CHECK.iter_errors(json.loads(record_line(record))) if error.validator in names]


def _parts(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a record that have named keys."""
    spans = [span for of_layer in value["spans"].values() for span in of_layer]
    return [value, value["provenance"], spans[0], value["relations"][0]]


@pytest.mark.parametrize("part", range(4))
def test_no_key_may_be_missing(part: int) -> None:
    line = next(line for line in LINES if json.loads(line)["relations"])
    for key in list(_parts(json.loads(line))[part]):
        value = json.loads(line)
        del _parts(value)[part][key]
        assert not _CHECK.is_valid(value), key
