"""What `curator export` takes: policies, filters, every annotation, silver documents."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.formats import FORMATS
from curator.bootstrap.schemas import adopt_configured
from curator.bootstrap.stores import open_store
from curator.bootstrap.workspace import Workspace
from curator.domain.canonical import document_id
from curator.domain.prediction import PipelineId, Prediction
from curator.domain.pseudonym import pseudonym
from curator.domain.span import Content, Span
from curator.domain.split import Assignment
from curator.steps.in_force.identity import salt
from tests.cli.conftest import Run
from tests.domain.annotations import EARLY, LATE, annotation
from tests.fakes.parts import region
from tests.store.conftest import arrival

PARIS, LYON, NICE = "Paris attaque Lyon", "Lyon dort ici", "Nice attend le jour"
SURE, UNSURE, HELD_BACK = "Brest rit", "Lille pleure", "Tours court"
ADA, BOB = "server/1", "server/2"
PLACE, ATTACK = region(0, 5, "GPE"), region(6, 13, "ATTACK", "events")


@pytest.fixture
def reviewed(run: Run, folder: Path) -> Context:
    """Three documents, the first by two annotators who differ, the others by one; and three that nobody reviewed."""
    context = Context(Workspace(folder / ".curator"), folder / "configs" / "curator.toml")
    texts = (PARIS, LYON, NICE, SURE, UNSURE, HELD_BACK)
    annotations = [
        (PARIS, annotation(number=1, body=[PLACE, ATTACK], annotator=ADA)),
        (PARIS, annotation(number=2, body=[PLACE], annotator=BOB, updated_at=LATE)),
        (LYON, annotation(number=3, body=[region(0, 4, "GPE")], annotator=ADA)),
        (NICE, annotation(number=4, body=[], annotator=BOB, updated_at=LATE, ground_truth=True)),
    ]
    with open_store(context) as store:
        adopt_configured(context, store, lambda _: None)
        with store.writing() as transaction:
            transaction.documents.add([arrival(text) for text in texts])
            split = dict.fromkeys(texts, "train") | {HELD_BACK: "test"}
            transaction.documents.assign([Assignment(document_id(text), split[text], "hash") for text in texts])
            transaction.revisions.save_annotators({ADA: "ada@example.org", BOB: "bob@example.org"})
            for text, made in annotations:
                transaction.revisions.append(made.state.identity, document_id(text), made.state)
            for text, score in ((SURE, 0.95), (UNSURE, 0.5), (HELD_BACK, 0.99), (LYON, 0.99)):
                span = Span("entities", 0, 5, "GPE", score, "rule")
                prediction = Prediction(document_id(text), PipelineId("names", "d1"), Content((span,)))
                transaction.documents.add_predictions([prediction])
    return context


def version(ran: Any) -> tuple[dict[str, list[dict[str, Any]]], dict[str, Any], dict[str, int]]:
    """Return the records of a version by text, its manifest and what its ledger counts."""
    assert ran.code == 0, ran.err
    path = Path(ran.json["path"])
    records: dict[str, list[dict[str, Any]]] = {}
    for split in ("train", "dev", "test"):
        for line in (path / f"{split}.jsonl").read_text(encoding="utf-8").splitlines():
            records.setdefault(json.loads(line)["text"], []).append(json.loads(line))
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    return records, manifest, json.loads((path / "LOSSES.json").read_text(encoding="utf-8"))["counts"]


def labels(records: Iterable[dict[str, Any]]) -> list[list[str]]:
    return [[span["label"] for spans in record["spans"].values() for span in spans] for record in records]


@pytest.mark.parametrize(
    ("policy", "paris", "count", "losses"),
    [
        ("latest", [["GPE"]], 3, {"policy:latest": 1}),
        ("majority", [["GPE"]], 3, {"tie": 1}),
        ("majority:at_least=0.5", [["GPE", "ATTACK"]], 3, {}),
        ("intersection", [["GPE"]], 3, {"policy:intersection": 1}),
        ("union", [["GPE", "ATTACK"]], 3, {}),
        ("ground-truth", None, 1, {"undecided": 2, "policy:ground-truth": 4}),
    ],
)
def test_a_policy_decides_and_the_manifest_names_it(
    run: Run, reviewed: Context, policy: str, paris: Any, count: int, losses: dict[str, int]
) -> None:
    records, manifest, counts = version(run("export", "news", "--json", "--policy", policy))
    assert (labels(records[PARIS]) if PARIS in records else None) == paris
    assert manifest["counts"]["documents"] == count
    assert manifest["rules"]["decision"]["policy"] == policy.partition(":")[0]
    assert "filters" not in manifest["rules"]
    assert counts == losses
    assert run("export", "news", "--policy", policy).out == "unchanged: v1\n"


def test_a_label_is_decided_by_a_policy_of_its_own(run: Run, reviewed: Context, folder: Path) -> None:
    asked = ("export", "news", "--json", "--policy", "majority", "--policy-of", "events:ATTACK=union")
    records, manifest, _ = version(run(*asked))
    assert labels(records[PARIS]) == [["GPE", "ATTACK"]]
    assert manifest["rules"]["decision"]["parameters"]["policy_of"] == {"events:ATTACK": {"policy": "union"}}
    config = folder / "configs" / "curator.toml"
    settings = config.read_text(encoding="utf-8").replace('policy = "latest"', 'policy = "majority"')
    config.write_text(
        settings.replace("[export.policy_of]", '[export.policy_of]\n"events:ATTACK" = "union"'), encoding="utf-8"
    )
    assert run("export", "news").out == "unchanged: v1\n"


def test_only_a_person_adjudicates(run: Run, reviewed: Context) -> None:
    ran = run("export", "news", "--policy", "adjudicated")
    assert (ran.code, ran.out) == (1, "")
    assert "policy adjudicated decides no document" in ran.error_line


@pytest.mark.parametrize(
    ("options", "texts", "of_paris", "filters", "losses"),
    [
        (["--labels", "ATTACK"], {PARIS, LYON, NICE}, [[]], {"labels": ["ATTACK"]}, {"filtered:label": 2}),
        (["--layers", "entities"], {PARIS, LYON, NICE}, [["GPE"]], {"layers": ["entities"]}, {"policy:latest": 1}),
        (["--min-annotations", "2"], {PARIS}, [["GPE"]], {"min_annotations": 2}, {"filtered:min-annotations": 3}),
        (["--until", LATE], {PARIS, LYON}, [["GPE", "ATTACK"]], {"until": LATE}, {"filtered:date": 1}),
        (["--since", LATE], {PARIS, NICE}, [["GPE"]], {"since": LATE}, {"filtered:date": 3}),
        (["--since", EARLY], {PARIS, LYON, NICE}, [["GPE"]], {"since": EARLY}, {"policy:latest": 1}),
        (["--source", "Paris*"], {PARIS}, [["GPE"]], {"source": "Paris*"}, {"filtered:source": 2}),
    ],
)
def test_a_filter_leaves_out_what_it_names_and_says_so(
    run: Run,
    reviewed: Context,
    options: list[str],
    texts: set[str],
    of_paris: Any,
    filters: dict[str, Any],
    losses: dict[str, int],
) -> None:
    with open_store(reviewed) as store, store.writing() as transaction:
        for text in (PARIS, LYON, NICE):
            transaction.documents.add([arrival(text, name=f"{text}.txt", described="by its name")])
    records, manifest, counts = version(run("export", "news", "--json", *options))
    assert records.keys() == texts
    assert labels(records[PARIS]) == of_paris
    assert manifest["rules"]["filters"] == filters
    assert counts.items() >= losses.items()
    card = (reviewed.settings.export.path / "news" / "v1" / "README.md").read_text(encoding="utf-8")
    assert f"what passes `{json.dumps(filters)}`" in card
    assert run("export", "news", *options).out == "unchanged: v1\n"


@pytest.mark.parametrize("by_name", [True, False])
def test_annotators_are_named_by_address_or_pseudonym_and_written_by_pseudonym(
    run: Run, reviewed: Context, by_name: bool
) -> None:
    with open_store(reviewed) as store:
        ada = pseudonym(salt(store), ADA)
    name = "ada@example.org" if by_name else ada
    records, manifest, counts = version(run("export", "news", "--json", "--annotators", name))
    assert records.keys() == {PARIS, LYON}
    assert labels(records[PARIS]) == [["GPE", "ATTACK"]]
    assert manifest["rules"]["filters"] == {"annotators": [ada]}
    assert counts == {"filtered:annotator": 1}
    ran = run("export", "news", "--annotators", "eve@example.org")
    assert (ran.code, ran.out) == (1, "")
    assert "no such annotator: 'eve@example.org'" in ran.error_line
    assert "the filters leave nothing" in run("export", "news", "--annotators", "annotator-0000000000").error_line


def test_documents_are_taken_or_left_out_by_lists_of_ids(run: Run, reviewed: Context, folder: Path) -> None:
    ids = folder / "ids.txt"
    ids.write_text(f"{document_id(PARIS)}\n\n  nothing\n{document_id(SURE)}\n", encoding="utf-8")
    ran = run("export", "news", "--json", "--only", ids)
    records, manifest, counts = version(ran)
    assert "1 of 3 ids are of no document: 'nothing'" in ran.error_line
    assert records.keys() == {PARIS}
    assert manifest["rules"]["filters"]["only"]["documents"] == 3
    assert counts == {"policy:latest": 1, "filtered:only": 2}
    records, _, counts = version(run("export", "news", "--json", "--without", ids))
    assert records.keys() == {LYON, NICE}
    assert counts == {"filtered:without": 1}
    ids.write_bytes(b"\xff\xfe\x00")
    ran = run("export", "news", "--only", ids)
    assert (ran.code, ran.out) == (1, "")
    assert "list of documents cannot be read" in ran.error_line


def test_every_annotation_has_a_record_where_that_is_asked(run: Run, reviewed: Context, folder: Path) -> None:
    records, manifest, counts = version(run("export", "news", "--json", "--all-annotations"))
    assert sorted(map(sorted, labels(records[PARIS]))) == [["ATTACK", "GPE"], ["GPE"]]
    with open_store(reviewed) as store:
        names = [pseudonym(salt(store), person) for person in (ADA, BOB)]
    paris = records[PARIS]
    assert [record["id"] for record in paris] == sorted(f"{document_id(PARIS)}#{name}" for name in names)
    assert sorted(record["provenance"]["annotators"] for record in paris) == sorted([name] for name in names)
    assert {record["provenance"]["policy"] for record in paris} == {"all-annotations"}
    assert (manifest["counts"]["documents"], manifest["counts"]["records"]) == (3, 4)
    assert manifest["files"]["train.jsonl"]["records"] == manifest["files"]["loadable/train.jsonl"]["records"] == 4
    assert manifest["rules"]["all_annotations"] is True
    assert counts == {}
    path = folder / "exports" / "news" / "v1"
    loadable = (path / "loadable" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["meta"] for line in loadable] == ["{}"] * 4
    restored(run, path)
    assert run("export", "news", "--all-annotations").out == "unchanged: v1\n"
    assert run("datasets", "convert", "news@1", "--to", "doccano").code == 0


def restored(run: Run, path: Path) -> None:
    """Look that the folder of a first version is written again as it was."""
    before = {file: file.read_bytes() for file in path.rglob("*") if file.is_file()}
    shutil.rmtree(path)
    assert run("export", f"{path.parent.name}@1").code == 0
    assert {file: file.read_bytes() for file in path.rglob("*") if file.is_file()} == before


def test_silver_documents_are_written_apart_and_marked(run: Run, reviewed: Context, folder: Path) -> None:
    ran = run("export", "news", "--json", "--silver", "0.9")
    records, manifest, _ = version(ran)
    assert records.keys() == {PARIS, LYON, NICE}
    path = folder / "exports" / "news" / "v1"
    (record,) = map(json.loads, (path / "silver.jsonl").read_text(encoding="utf-8").splitlines())
    assert (record["text"], labels([record])) == (SURE, [["GPE"]])
    assert record["provenance"] | {"source": ""} == {
        "annotators": [],
        "last_annotator": None,
        "policy": "silver",
        "pipeline": "names@d1",
        "ground_truth": False,
        "source": "",
    }
    assert manifest["files"]["silver.jsonl"]["records"] == ran.json["silver"] == 1
    assert manifest["counts"]["documents"] == 3
    assert (manifest["counts"]["silver"]["documents"], manifest["rules"]["silver"]) == (1, {"min_score": 0.9})
    assert "`silver.jsonl` holds 1 more documents" in (path / "README.md").read_text(encoding="utf-8")
    restored(run, path)
    assert run("export", "news", "--silver", "0.9").out == "unchanged: v1\n"
    assert run("datasets", "show", "news@1", "--json").json["records"]["silver"] == 1
    assert run("datasets", "list", "--json").json[0]["records"]["silver"] == 1
    assert run("status", "--json").json["decisions"] == 3
    assert (run("export", "news", "--silver", "0.4", "--json").json["silver"], run("export", "news").code) == (2, 0)
    assert not (folder / "exports" / "news" / "v3" / "silver.jsonl").exists()


@pytest.mark.parametrize(
    "options",
    [
        ["--min-annotations", "3"],
        ["--since", "2026-06-01"],
        ["--source", "nowhere/*"],
        ["--source", "nowhere/*", "--silver", "0"],
        ["--all-annotations", "--until", "2001-01-01"],
        ["--policy", "union", "--since", "2026-06-01"],
    ],
)
def test_filters_that_leave_nothing_are_told_in_a_line_and_nothing_is_written(
    run: Run, reviewed: Context, options: list[str], folder: Path
) -> None:
    ran = run("export", "news", "--json", *options)
    assert (ran.code, ran.out) == (1, "")
    assert "the filters leave nothing (news: filtered:" in ran.error_line
    assert not list((folder / "exports").rglob("*.jsonl"))


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (["--policy", "most"], 1, "no such policy: 'most'"),
        (["--policy", "majority:match=nearly"], 1, "parameter 'match' is 'nearly'"),
        (["--policy-of", "PER"], 2, "write LABEL=NAME"),
        (["--policy-of", "PER=union", "--policy-of", "PER=latest"], 2, "has a policy already"),
        (["--policy-of", "SHIP=union"], 1, "policy names what the label schema does not have: SHIP"),
        (["--policy", "adjudicated", "--policy-of", "PER=union"], 1, "decides whole documents"),
        (["--labels", "PER,SHIP"], 1, "filter names what the label schema does not have: SHIP"),
        (["--layers", "ships"], 1, "filter names what the label schema does not have: ships"),
        (["--labels", ","], 2, "names nothing"),
        (["--min-annotations", "0"], 2, "0 is not in the range"),
        (["--silver", "1.5"], 2, "1.5 is not in the range"),
        (["--since", "yesterday"], 2, "no ISO 8601 time"),
        (["--since", "2026-02-01", "--until", "2026-01-01"], 2, "nothing is at or after"),
        (["--only", "missing.txt"], 2, "missing.txt"),
        (["--all-annotations", "--policy", "union"], 2, "decides nothing"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(
    run: Run, reviewed: Context, options: list[str], code: int, message: str, folder: Path
) -> None:
    ran = run("export", "news", "--json", *options)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err
    assert not (folder / "exports").exists()


def test_a_version_that_there_is_takes_no_filters(run: Run, reviewed: Context) -> None:
    assert run("export", "news").code == 0
    for options in (["--policy", "union"], ["--silver", "0"], ["--all-annotations"], ["--labels", "PER"]):
        assert run("export", "news@1", *options).code == 2


@pytest.mark.parametrize(
    "options",
    [
        ("--source", "*"),
        ("--without", "without.txt"),
        ("--labels", "PER"),
        ("--min-annotations", "1"),
        ("--all-annotations",),
        ("--silver", "0.4"),
        ("--silver", "0.4", "--all-annotations"),
        ("--policy", "union"),
    ],
    ids=" ".join,
)
def test_versions_of_every_kind_are_verified_and_converted(
    run: Run, reviewed: Context, folder: Path, options: tuple[str, ...]
) -> None:
    (folder / "without.txt").write_text(f"{document_id(PARIS)}\n", encoding="utf-8")
    assert run("export", "news", *options, "--formats", ",".join(FORMATS)).code == 0
    assert run("datasets", "verify", "news@1", "--json").json["faults"] == []
    silver = json.loads((folder / "exports/news/v1/formats/doccano/LOSSES.json").read_text("utf-8"))["not_held"]
    assert ("silver.jsonl" in silver) == ("--silver" in options)
    shutil.rmtree(folder / ".curator")
    assert run("datasets", "verify", "news@1", "--json").json["faults"] == []


@pytest.mark.parametrize("value", ["nan", "2", "-0.1", "x"])
def test_no_number_of_silver_is_a_wrong_usage(run: Run, reviewed: Context, folder: Path, value: str) -> None:
    assert run("export", "news", "--silver", value).code == 2
    assert not (folder / "exports").exists()
