"""What the project ships to begin with: the corpus, its gold, the trained pipeline, and how good it all is."""

import json
import subprocess
import sys
import sysconfig
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from spacy.util import load_config

from curator.domain.canonical import canonicalise, document_id
from curator.domain.span import Span
from curator.files.schema_file import read_schema
from curator.settings import PipelineSettings, read_settings
from curator.spacy_models.model_facts import digests
from tests.conftest import ROOT

SEEDS = ROOT / "seeds"
SPLITS = ("train", "dev", "test")
MODEL = SEEDS / "models" / "conflict_news"
RULES, TRAINED, COMBINED = "configs/rules.cfg", "configs/trained.cfg", "configs/preannotate.cfg"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


GOLD = {split: lines(SEEDS / "gold" / f"{split}.jsonl") for split in SPLITS}
CORPUS = {split: lines(SEEDS / "corpus" / f"{split}.jsonl") for split in SPLITS}


@pytest.mark.parametrize("split", SPLITS)
def test_every_article_has_gold_and_is_marked_for_its_split(split: str) -> None:
    assert {article["split"] for article in CORPUS[split]} == {split}
    texts = {canonicalise(article["text"]).text for article in CORPUS[split]}
    assert {record["text"] for record in GOLD[split]} == texts
    assert all(record["id"] == document_id(record["text"]) for record in GOLD[split])


def test_a_third_is_kept_for_measuring() -> None:
    sizes = {split: len(records) for split, records in GOLD.items()}
    assert abs(sizes["test"] - sum(sizes.values()) / 3) <= 1
    assert len({record["id"] for records in GOLD.values() for record in records}) == sum(sizes.values())


def test_gold_is_what_the_schema_and_the_guideline_allow() -> None:
    labels = read_schema(ROOT / "configs" / "labels.yaml").labels_of
    for record in (record for records in GOLD.values() for record in records):
        for layer, spans in record["spans"].items():
            assert {span["label"] for span in spans} <= labels[layer]
            for span in spans:
                assert record["text"][span["start"] : span["end"]] == span["text"] == span["text"].strip()
                assert span["id"] == Span(layer, span["start"], span["end"], span["label"]).id
        ends = [0]
        for span in record["spans"]["entities"]:
            assert span["start"] >= ends[-1], (record["id"], span)
            ends.append(span["end"])


def test_every_label_has_enough_gold_to_be_measured() -> None:
    counts = Counter(
        span["label"]
        for records in GOLD.values()
        for record in records
        for spans in record["spans"].values()
        for span in spans
    )
    labels = {name for names in read_schema(ROOT / "configs" / "labels.yaml").labels_of.values() for name in names}
    assert {label: counts[label] for label in labels if counts[label] < 60} == {}


def test_the_trained_pipeline_is_the_one_that_make_model_gives() -> None:
    meta = json.loads((MODEL / "meta.json").read_text("utf-8"))
    assert meta["trained_from"] == digests(ROOT / "configs" / "train.cfg", SEEDS / "gold"), "run `make model`"


def test_the_trained_pipeline_loads_where_curator_is_not_installed(tmp_path: Path) -> None:
    for entry in Path(sysconfig.get_paths()["purelib"]).iterdir():
        if "curator" not in entry.name:
            (tmp_path / entry.name).symlink_to(entry)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import importlib.util, spacy; "
        f"doc = spacy.load({str(MODEL)!r})('Le président a annoncé mardi une trêve à Bamako.'); "
        "print(importlib.util.find_spec('curator'), len(doc.ents) > 0, len(doc.spans['events']) > 0)"
    )
    # Isolated and without the site's packages, so that only what is linked above can be imported.
    command = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("None True True\n", 0), done.stderr


def test_the_rules_are_the_default() -> None:
    assert PipelineSettings().name == read_settings(ROOT / "configs" / "curator.toml").pipeline.name == RULES


def test_the_combination_holds_the_rules_as_they_are() -> None:
    rules, both = (load_config(ROOT / name, interpolate=False) for name in (RULES, COMBINED))
    shared = [name for name in both["nlp"]["pipeline"] if name not in ("opinion", "calibrator")]
    assert shared == rules["nlp"]["pipeline"][:-1]
    assert {name: both["components"][name] for name in shared} == {name: rules["components"][name] for name in shared}
    assert both["nlp"]["tokenizer"] == rules["nlp"]["tokenizer"]


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    """The figures on the kept third, as the command gives them."""
    return {name: _evaluated(name) for name in (RULES, TRAINED, COMBINED)}


def _evaluated(pipeline: str) -> Any:
    command = [sys.executable, "-m", "curator", "evaluate", "seeds/gold/test.jsonl", "--pipeline", pipeline, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("pipeline", [RULES, COMBINED])
@pytest.mark.parametrize(("layer", "least"), [("entities", 0.85), ("events", 0.75)])
def test_pre_annotation_is_mostly_right_on_the_kept_third(
    measured: dict[str, Any], pipeline: str, layer: str, least: float
) -> None:
    assert measured[pipeline]["layers"][layer]["f1"] >= least


@pytest.mark.parametrize("pipeline", [RULES, COMBINED])
def test_scores_are_honest_on_the_kept_third(measured: dict[str, Any], pipeline: str) -> None:
    calibration = measured[pipeline]["calibration"]
    assert min(score_bin["spans"] for score_bin in calibration["bins"]) >= 100
    assert calibration["expected_calibration_error"] <= 0.05


@pytest.mark.parametrize("layer", ["entities", "events"])
def test_the_combination_is_hardly_worse_than_the_better_of_its_parts(measured: dict[str, Any], layer: str) -> None:
    together, *parts = (measured[name]["layers"][layer]["f1"] for name in (COMBINED, RULES, TRAINED))
    assert together > max(parts) - 0.005


def test_the_scores_of_the_combination_tell_right_from_wrong_best(measured: dict[str, Any]) -> None:
    together, *parts = (measured[name]["calibration"]["brier_score"] for name in (COMBINED, RULES, TRAINED))
    assert together < min(parts)
