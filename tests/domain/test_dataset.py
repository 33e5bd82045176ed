import copy
import json
from typing import Any

import pytest

from curator.domain.dataset import (
    label_counts,
    loss_ledger,
    manifest,
    pseudonym,
    record,
    record_bytes,
    version_digest,
)
from curator.domain.decision import Candidate, Decision, Loss
from curator.domain.document import Document
from curator.domain.schema import schema_from_value
from curator.domain.span import Attribute, Content, Relation, Span
from tests.domain.schemas import SCHEMA, value
from tests.fakes.annotations import annotation_state, identity

FILES = {f"{split}.jsonl": {"sha256": split, "bytes": 1, "records": 1} for split in ("train", "dev", "test")}
RULES = {"decision": {"policy": "latest"}, "split": {"seed": "x"}}


def decided(content: Content) -> Decision:
    state = annotation_state(identity())
    return Decision("d", "latest", Candidate(state, content), content, ())


def test_record_bytes_never_change() -> None:
    content = Content(
        (Span("events", 6, 10, "ATTACK"), Span("entities", 0, 5, "PER", 0.5, "rule")),
        (Relation("events:6-10:ATTACK", "entities:0-5:PER", "agent"),),
        (Attribute("document", "note", ["x"]),),
    )
    made = record(
        Document("d", "Élise fuit\n", "fr"), decided(content), SCHEMA, {"b": 1, "a": {"y": 1, "x": 2}}, {"p": 1}
    )
    assert record_bytes(made).decode() == (
        '{"id":"d","text":"Élise fuit\\n","lang":"fr","spans":{'
        '"entities":[{"id":"entities:0-5:PER","start":0,"end":5,"label":"PER","text":"Élise"}],'
        '"events":[{"id":"events:6-10:ATTACK","start":6,"end":10,"label":"ATTACK","text":"fuit"}]},'
        '"relations":[{"head":"events:6-10:ATTACK","child":"entities:0-5:PER","label":"agent","direction":"right"}],'
        '"attributes":[{"on":"document","name":"note","value":["x"]}],'
        '"meta":{"a":{"y":1,"x":2},"b":1},"provenance":{"p":1}}\n'
    )


def test_every_key_is_there_also_where_nothing_is_said() -> None:
    made = record(Document("d", "x", "fr"), decided(Content()), SCHEMA, {}, {})
    assert list(made) == ["id", "text", "lang", "spans", "relations", "attributes", "meta", "provenance"]
    assert made["spans"] == {"entities": [], "events": []}


def test_a_record_is_one_line_and_holds_no_number_that_is_none() -> None:
    assert record_bytes({"text": "a\nb\u2028c\r"}).count(b"\n") == 1
    with pytest.raises(ValueError, match="JSON"):
        record_bytes({"meta": float("inf")})


def test_the_digest_is_over_records_schema_and_rules() -> None:
    base = version_digest(FILES, SCHEMA, RULES)
    # Whoever changes what goes in, the record format say, makes every dataset a new version: only on purpose.
    assert base.startswith("e96b2b6679285231")
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
    def made(dataset: str, version: int, parent: dict[str, Any] | None, code: str) -> dict[str, Any]:
        return manifest(dataset, version, parent, FILES, {"documents": 3}, SCHEMA, RULES, code)

    first = made("news", 1, None, "1")
    second = made("other", 2, {**first, "code_version": "x"}, "2")
    assert first["digest"] == second["digest"]
    assert second["parent"] == {"version": 1, "digest": first["digest"]}
    assert json.loads(json.dumps(second)) == second


def test_a_pseudonym_is_stable_and_tells_nobody_apart_from_its_salt() -> None:
    assert pseudonym("salt", "server/1") == pseudonym("salt", "server/1")
    names = {pseudonym(salt, f"{server}/{user}") for salt in "ab" for server in "cd" for user in (1, 2, 12)}
    assert len(names) == 12
    assert pseudonym("salt", None) == "unknown"


def test_every_label_is_counted_also_where_there_is_none() -> None:
    content = Content((Span("entities", 0, 1, "BOTH"), Span("events", 0, 1, "BOTH"), Span("events", 1, 2, "BOTH")))
    assert label_counts(decided(content), SCHEMA) == {
        "entities": {"PER": 0, "LOC": 0, "BOTH": 1},
        "events": {"ATTACK": 0, "BOTH": 2},
    }


def test_the_ledger_holds_every_loss_in_one_order() -> None:
    losses = [
        Loss("b", "span", {"start": 2}, "blank"),
        Loss("a", "span", {"start": 1}, "trimmed"),
        Loss("a", "document", None, "undecided"),
        Loss("a", "span", {"start": 0}, "trimmed"),
        Loss("a", "span", {"start": 0}, "trimmed"),
    ]
    ledger = loss_ledger(losses)
    assert ledger == loss_ledger(losses[::-1])
    assert ledger["counts"] == {"blank": 1, "trimmed": 3, "undecided": 1}
    assert len(ledger["losses"]) == 5
