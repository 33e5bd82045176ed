import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from curator.domain.dataset import manifest
from curator.domain.dataset_card import dataset_card, flat_markdown
from curator.domain.document import Document
from curator.domain.loadable import LOADABLE_FILES, features, loadable_line, loadable_lines
from curator.domain.record import Provenance, Record, record_line, record_of
from curator.domain.schema import LabelSchema, schema_from_value
from curator.domain.span import Attribute, Content, Relation, Span
from tests.conftest import ROOT
from tests.domain.schemas import SCHEMA, value

PERSON, EVENT = Span("entities", 0, 5, "PER"), Span("events", 6, 10, "ATTACK")
FULL = Content(
    (PERSON, EVENT),
    (Relation(EVENT.id, PERSON.id, "agent"),),
    (Attribute(PERSON.id, "note", ["a", 1]), Attribute("document", "note", {"k": None})),
)
METAS: list[dict[str, Any]] = [
    {},
    {"n": 1, "nested": {"a": [1, "x", None, {"b": {}}]}, "é": "\u2028"},
    {"n": "one", "nested": []},
    {"n": None, "big": 2**62, "empty": {}},
]
OLD_DATASETS = ROOT / ".venv-datasets-3" / "bin" / "python"
LOAD = """
import json, sys, datasets
found = datasets.load_dataset(sys.argv[1])
splits = {name: list(rows) for name, rows in found.items()}
print(json.dumps({"splits": splits, "features": sorted(found["train"].features)}))
"""


def a_record(number: int, meta: dict[str, Any], content: Content) -> Record:
    provenance = Provenance(("annotator-1",), "latest", None, False, "a.txt")
    return record_of(Document(str(number), "Ahmed fuit", "fr"), content, SCHEMA.layer_names, meta, provenance)


def values(records: list[Record]) -> list[Any]:
    return [json.loads(record_line(record)) for record in records]


def as_text(value: Any) -> Any:
    """Return a record's value with what is free JSON as JSON text."""
    free = [{**attribute, "value": json_text(attribute["value"])} for attribute in value["attributes"]]
    return {**value, "meta": json_text(value["meta"]), "attributes": free}


def json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def types_in(features: Any) -> set[str]:
    """Return the types that a card declares, and the forms of those that are made of others."""
    if isinstance(features, str):
        return {features}
    if isinstance(features, list):
        return set().union(*map(types_in, features))
    return set().union(*(types_in(inner) | ({form} - {"dtype"}) for form, inner in features.items() if form != "name"))


def test_the_card_declares_types_that_old_versions_of_the_datasets_library_know() -> None:
    read = front(dataset_card(head({"train": 1, "dev": 0, "test": 0}), {}, {}))
    assert types_in(read["dataset_info"]["features"]) == {"string", "int64", "bool", "list", "struct"}


def keys(value: Any) -> Any:
    """Return the names in a value, down to its leaves."""
    if isinstance(value, dict):
        return {name: keys(inner) for name, inner in value.items()}
    return [keys(value[0])] if isinstance(value, list) else None


def test_the_card_declares_what_records_have() -> None:
    line = loadable_line(record_line(a_record(1, METAS[1], FULL)))
    assert keys(features(SCHEMA.layer_names)) == keys(json.loads(line))


@pytest.mark.parametrize(("encoding", "text"), [("utf-8", "été"), ("ascii", r"\u00e9t\u00e9")])
def test_a_loadable_line_never_changes(encoding: str, text: str) -> None:
    free = '{"é":["\u2028",1.5,4611686018427387904,null]}'
    line = f'{{"text":"été","attributes":[{{"name":"n","value":{free}}},{{"value":"x"}}],"meta":{free},"more":1}}\n'
    key = text[:-2] if encoding == "utf-8" else r"\u00e9"
    escaped = rf'"{{\"{key}\":[\"\u2028\",1.5,4611686018427387904,null]}}"'
    attributes = rf'[{{"name":"n","value":{escaped}}},{{"value":"\"x\""}}]'
    expected = rf'{{"text":"{text}","attributes":{attributes},"meta":{escaped},"more":1}}'
    # Versions that are there are written again by it.
    assert loadable_lines([line.encode()], encoding) == expected.encode() + b"\n"


def head(counts: dict[str, int], schema: LabelSchema = SCHEMA) -> dict[str, Any]:
    files = {f"{split}.jsonl": {"sha256": split, "bytes": 1, "records": count} for split, count in counts.items()}
    spans = {layer.name: {label.name: 1 for label in layer.labels} for layer in schema.layers}
    rules = {"decision": {"policy": "latest"}, "split": {}}
    by_split = {split: {"documents": count, "spans": spans} for split, count in counts.items()}
    label_counts = {"documents": 1, "spans": spans, "by_split": by_split}
    return manifest(
        "news", 1, parent=None, files=files, counts=label_counts, schema=schema, rules=rules, code_version="1"
    )


@pytest.mark.parametrize("python", [Path(sys.executable), OLD_DATASETS], ids=["new", "3.6"])
def test_the_datasets_library_loads_a_version_as_it_is(tmp_path: Path, python: Path) -> None:
    assert python.exists(), "run `make old-datasets`"
    train = [a_record(number, meta, FULL if number else Content()) for number, meta in enumerate(METAS)]
    version = tmp_path / "v1"
    version.mkdir()
    files = {"train": train, "dev": [a_record(9, {}, Content())], "test": []}
    (version / "loadable").mkdir()
    for split, records in files.items():
        lines = list(map(record_line, records))
        (version / f"{split}.jsonl").write_bytes(b"".join(lines))
        (version / LOADABLE_FILES[split]).write_bytes(b"".join(map(loadable_line, lines)))
    made = head({split: len(records) for split, records in files.items()})
    (version / "README.md").write_text(dataset_card(made, {"trimmed": 1}, {}), encoding="utf-8")
    (version / "manifest.json").write_text(json.dumps(made), encoding="utf-8")
    (version / "LOSSES.json").write_text('{"counts": {}, "losses": []}', encoding="utf-8")

    offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(tmp_path / "cache")}
    # A process of its own, since the library reads where its caches are when it is imported.
    run = subprocess.run(
        [str(python), "-c", LOAD, str(version)],
        env={**os.environ, **offline, "HOME": str(tmp_path), "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    output = json.loads(run.stdout)
    assert output["splits"] == {split: [as_text(value) for value in values(files[split])] for split in ("train", "dev")}
    assert output["features"] == sorted(values(train)[0])


def front(card: str) -> Any:
    return yaml.safe_load(card.split("---\n")[1])


@pytest.mark.parametrize("name", ["on", "null", "No", "y", "_"])
def test_a_layer_keeps_its_name_in_the_card_also_where_yaml_knows_that_word(name: str) -> None:
    changed = value()
    changed["layers"][0]["name"] = name
    changed["language"] = "no"
    read = front(dataset_card(head({"train": 1, "dev": 0, "test": 0}, schema_from_value(changed, "")), {}, {}))
    spans = next(one for one in read["dataset_info"]["features"] if one["name"] == "spans")
    assert [layer["name"] for layer in spans["struct"]] == [name, "events"]
    assert read["language"] == ["no"]


def test_only_splits_that_are_not_empty_are_listed() -> None:
    read = front(dataset_card(head({"train": 0, "dev": 2, "test": 1}), {}, {}))
    (config,) = read["configs"]
    assert [one["split"] for one in config["data_files"]] == ["dev", "test"]


def test_the_card_shows_the_parameters_of_a_policy_that_has_any() -> None:
    made = head({"train": 1, "dev": 0, "test": 0})
    assert "the policy `latest` decides" in " ".join(dataset_card(made, {}, {}).split())
    made["rules"]["decision"] = {"policy": "quorum", "parameters": {"least": 2}}
    assert 'the policy `quorum` with `{"least": 2}` decides' in " ".join(dataset_card(made, {}, {}).split())


def test_the_card_shows_counts_losses_and_parent() -> None:
    made = {**head({"train": 3, "dev": 0, "test": 0}), "parent": {"version": 1, "digest": "f" * 64}}
    made["changes"] = {"added": 1, "removed": 2, "changed": 3}
    card = dataset_card(made, {"trimmed": 7}, {})
    changes = "Documents since v1: 1 added, 2 removed, 3 changed."
    for expected in ("| train | 3 |", "| trimmed | 7 |", "after v1", changes, "| PER | 1 | 1 | 1 |", made["digest"]):
        assert expected in card
    assert "LOSSES" not in dataset_card(made, {}, {})


def test_the_card_shows_what_labels_mean_and_cover_as_it_stands_in_the_texts() -> None:
    changed = value()
    changed["layers"][0]["labels"][0]["description"] = "Somebody | by *name*"
    made = head({"train": 1, "dev": 0, "test": 0}, schema_from_value(changed, ""))
    card = dataset_card(made, {}, {("entities", "PER"): ["Marie\nCurie", "<b>`x`|"]})
    assert r"| PER | 1 | 1 | 1 | Somebody \| by \*name\* | Marie Curie, &lt;b>\`x\`\| |" in card
    assert "say little: PER" in card


@pytest.mark.parametrize(
    ("licence", "keys"),
    [
        ("", {}),
        ("cc-by-4.0", {"license": "cc-by-4.0"}),
        ('Ours: "ask"', {"license": "other", "license_name": 'Ours: "ask"'}),
    ],
)
def test_the_card_names_licence_and_citation(licence: str, keys: dict[str, str]) -> None:
    made = {**head({"train": 1, "dev": 0, "test": 0}), "about": {"licence": licence, "citation": "Dupont (2026)"}}
    card = dataset_card(made, {}, {})
    assert {key: text for key, text in front(card).items() if key.startswith("license")} == keys
    assert f"Licence: {licence or 'none is stated'}." in card
    assert f"Cite as: Dupont (2026) (news v1, digest {made['digest'][:12]})" in card


def test_nothing_that_markdown_reads_is_left() -> None:
    assert flat_markdown("a\u2028b\x07 [c](d) # e_f ~g~ \\\\") == r"a b \[c\](d) \# e\_f \~g\~ \\\\"
