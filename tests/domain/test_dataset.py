import copy
import json
from typing import Any

from curator.domain.dataset import label_counts, manifest, version_digest
from curator.domain.schema import schema_from_value
from curator.domain.span import Content, Span
from tests.domain.schemas import SCHEMA, value

FILES = {f"{split}.jsonl": {"sha256": split, "bytes": 1, "records": 1} for split in ("train", "dev", "test")}
RULES = {"decision": {"policy": "latest"}, "split": {"seed": "x"}}


def test_the_digest_is_over_records_schema_and_rules() -> None:
    base = version_digest(FILES, SCHEMA, RULES)
    # Whoever changes what goes in, the record format say, makes every dataset a new version: only on purpose.
    assert base.startswith("797756da81ceefdc")
    assert base == version_digest({**FILES, "LOSSES.json": {"sha256": "other"}}, SCHEMA, dict(reversed(RULES.items())))
    other_records = copy.deepcopy(FILES)
    other_records["dev.jsonl"]["sha256"] = "other"
    other_schema = schema_from_value({**value(), "title": "other"}, "")
    digests = {
        base,
        version_digest(other_records, SCHEMA, RULES),
        version_digest(FILES, other_schema, RULES),
        version_digest(FILES, SCHEMA, {**RULES, "decision": {"policy": "other"}}),
    }
    assert len(digests) == 4


def test_the_digest_is_independent_of_code_version_name_and_parent() -> None:
    def manifest_of(dataset: str, version: int, parent: dict[str, Any] | None, code: str) -> dict[str, Any]:
        return manifest(
            dataset,
            version,
            parent=parent,
            files=FILES,
            counts={"documents": 3},
            schema=SCHEMA,
            rules=RULES,
            code_version=code,
        )

    first = manifest_of("news", 1, None, "1")
    second = manifest_of("other", 2, {**first, "code_version": "x"}, "2")
    assert first["digest"] == second["digest"]
    assert second["parent"] == {"version": 1, "digest": first["digest"]}
    assert json.loads(json.dumps(second)) == second


def test_every_label_is_counted_also_where_there_is_none() -> None:
    content = Content((Span("entities", 0, 1, "BOTH"), Span("events", 0, 1, "BOTH"), Span("events", 1, 2, "BOTH")))
    assert label_counts(content, SCHEMA) == {
        "entities": {"PER": 0, "LOC": 0, "BOTH": 1},
        "events": {"ATTACK": 0, "BOTH": 2},
    }
