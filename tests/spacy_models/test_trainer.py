import importlib
import json
import logging
import shutil
import subprocess
import sys
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.util import load_config

from curator.domain.errors import CuratorError, TooLittleData
from curator.spacy_models.annotator import SpacyPipeline
from curator.spacy_models.model_facts import model_name, package_name
from curator.spacy_models.trainer import train
from curator.steps.ports.pipelines import DatasetVersion, Trained, Training

CONFIG = Path(__file__).parents[2] / "configs" / "train.cfg"
PLACES = ("Nîmes", "Paris", "Gao", "Lyon", "Lille", "Brest")
SMALL = {
    "components.tok2vec.model.embed.width": 32,
    "components.tok2vec.model.encode.width": 32,
    "components.tok2vec.model.encode.depth": 1,
    "training.max_steps": 40,
    "training.eval_frequency": 20,
}
# The metadata goes too: what its entry points name could not be imported.
WITHOUT_CURATOR = """
import importlib.metadata as metadata
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "curator":
            raise ModuleNotFoundError(name)

    def find_distributions(self, context):
        return ()

sys.meta_path.insert(0, Hidden())
discover = metadata.Distribution.discover
metadata.Distribution.discover = classmethod(
    lambda cls, **context: (package for package in discover(**context) if package.metadata["Name"] != "curator")
)

import spacy

print(spacy.load(sys.argv[1]).pipe_names)
"""


def record(place: str, events: bool = True) -> dict[str, Any]:
    text = f"Une attaque a eu lieu près de {place} mardi."
    start = text.index(place)
    event = {"start": 4, "end": 11, "label": "ATTACK", "text": "attaque"}
    return {
        "id": place,
        "text": text,
        "spans": {
            "entities": [{"start": start, "end": start + len(place), "label": "GPE", "text": place}],
            "events": [event] if events else [],
        },
    }


def version(folder: Path, train: Sequence[dict[str, Any]], dev: Sequence[dict[str, Any]]) -> Path:
    folder.mkdir(exist_ok=True)
    for split, records in (("train", train), ("dev", dev)):
        (folder / f"{split}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    return folder


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "train.cfg"
    load_config(CONFIG, overrides=SMALL, interpolate=False).to_disk(path)
    return path


def trained(
    config: Path,
    folder: Path,
    out: Path,
    steps: list[tuple[int, int | None]] | None = None,
    dataset: DatasetVersion | None = None,
) -> Trained:
    told = steps if steps is not None else []
    return train(Training(config, folder, out, dataset), lambda done, total: told.append((done, total)))


def test_training_gives_an_ordinary_pipeline(
    config: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    odd = record("Brest")
    odd["spans"]["entities"][0] |= {"end": odd["spans"]["entities"][0]["end"] - 1, "text": "Bres"}
    folder = version(tmp_path / "v1", [*map(record, PLACES[:5]), odd], [record("Gao")])
    steps: list[tuple[int, int | None]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trained_pipeline = trained(config, folder, tmp_path / "models" / "a", steps)
    assert trained_pipeline.path == tmp_path / "models" / "a"
    assert trained_pipeline.scores["ents_f"] == 1.0
    assert trained_pipeline.scores["ents_per_type"]["GPE"]["f"] == 1.0
    assert "spans_events_f" in trained_pipeline.scores
    assert [(loss.document, loss.reason) for loss in trained_pipeline.losses] == [("Brest", "boundary-inside-token")]
    assert steps[0] == (1, 40)
    assert steps[-1] == (40, 40)
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["a"]
    assert "step 20: score" in caplog.text
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "W0" not in captured.err
    nlp = spacy.load(trained_pipeline.path)
    doc = nlp("Une attaque a eu lieu près de Lille mardi.")
    assert [entity.text for entity in doc.ents] == ["Lille"]
    assert "events" in doc.spans


def test_the_pipeline_loads_where_curator_is_not(config: Path, tmp_path: Path) -> None:
    folder = version(tmp_path / "v1", [record(place) for place in PLACES], [record("Gao")])
    out = trained(config, folder, tmp_path / "model").path
    program = [sys.executable, "-c", WITHOUT_CURATOR, str(out)]
    ran = subprocess.run(program, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert ran.stdout == "['tok2vec', 'ner', 'spancat']\n"
    assert str(tmp_path) not in (out / "config.cfg").read_text()


def test_same_records_give_the_same_scores(config: Path, tmp_path: Path) -> None:
    folder = version(tmp_path / "v1", [record(place) for place in PLACES], [record("Gao")])
    first, second = (trained(config, folder, tmp_path / name) for name in ("first", "second"))
    assert first.scores == second.scores
    assert (first.path / "ner" / "model").read_bytes() == (second.path / "ner" / "model").read_bytes()


def test_a_layer_without_spans_has_no_component(config: Path, tmp_path: Path) -> None:
    records = [record(place, events=False) for place in PLACES]
    folder = version(tmp_path / "v1", records, records[:1])
    trained_pipeline = trained(config, folder, tmp_path / "model")
    assert spacy.load(trained_pipeline.path).pipe_names == ["tok2vec", "ner"]
    assert trained_pipeline.scores["ents_f"] == 1.0


def test_what_no_component_can_learn_is_listed(config: Path, tmp_path: Path) -> None:
    records = [record(place) for place in PLACES]
    long = {"start": 0, "end": 21, "label": "ATTACK", "text": "Une attaque a eu lieu"}
    records[0]["spans"]["events"].append(long)
    records[0]["spans"]["entities"].append({"start": 38, "end": 41, "label": "GPE", "text": "rdi"})
    records[1]["spans"]["topics"] = [{"start": 0, "end": 3, "label": "WAR", "text": "Une"}]
    first = records[3]["spans"]["events"][0]
    records[3]["spans"]["events"].append({**first, "label": "MEETING"})
    trained_pipeline = trained(config, version(tmp_path / "v1", records, records[2:3]), tmp_path / "model")
    assert [(loss.document, loss.item["layer"], loss.reason) for loss in trained_pipeline.losses] == [
        (PLACES[0], "entities", "boundary-inside-token"),
        (PLACES[0], "events", "longer-than-suggested"),
        (PLACES[1], "topics", "no-component-for-layer"),
        (PLACES[3], "events", "one-label-a-span"),
    ]
    ledger = json.loads((trained_pipeline.path / "losses.json").read_text())
    assert ledger["counts"] == {
        "boundary-inside-token": {"entities": {"GPE": 1}},
        "longer-than-suggested": {"events": {"ATTACK": 1}},
        "no-component-for-layer": {"topics": {"WAR": 1}},
        "one-label-a-span": {"events": {"MEETING": 1}},
    }
    assert ledger["losses"][1] == {
        "document": PLACES[0],
        "kind": "span",
        "item": {"layer": "events", "start": 0, "end": 21, "label": "ATTACK"},
        "reason": "longer-than-suggested",
    }


def test_the_name_of_a_model_is_its_dataset_and_version_and_that_of_a_package(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = version(tmp_path / "v3", [record(place) for place in PLACES], [record("Gao")])
    news = DatasetVersion("my.News-2", 3, "d" * 64)
    first, second = (trained(config, folder, tmp_path / name, dataset=news).path for name in ("first", "second"))
    meta = spacy.load(first).meta
    assert (meta["lang"], meta["name"], meta["version"]) == ("fr", "my_news_2", "3.0.0")
    assert "my.News-2@3" in meta["description"]
    # Neither where it lies nor when it was trained is in the digest.
    known = SpacyPipeline(first).id
    assert known == SpacyPipeline(second).id
    assert known.name == "my.News-2-v3"
    (tmp_path / "packages").mkdir()
    command = [sys.executable, "-m", "spacy", "package", str(first), str(tmp_path / "packages"), "--build", "none"]
    subprocess.run(command, capture_output=True, check=True)
    root = tmp_path / "packages" / "fr_my_news_2-3.0.0"
    # As its setup.py does.
    shutil.copy(root / "meta.json", root / "fr_my_news_2")
    monkeypatch.syspath_prepend(root)
    packaged = importlib.import_module("fr_my_news_2").load()
    assert model_name(packaged.meta) == "my.News-2-v3"


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ({"dataset": "news", "version": 3}, "news-v3"),
        ({"config": "0"}, "fr_own"),
        ("news@3", "fr_own"),
        ({"dataset": ["news"], "version": 3}, "fr_own"),
        ({"dataset": "news", "version": "3"}, "fr_own"),
    ],
)
def test_a_meta_of_somebody_elses_is_no_name_of_a_version(origin: object, name: str) -> None:
    assert model_name({"lang": "fr", "name": "own", "trained_from": origin}) == name


@pytest.mark.parametrize(
    ("name", "valid"), [("news", "news"), ("A.b--c_", "a_b_c"), ("2024", "2024"), ("-", "pipeline")]
)
def test_package_names_are_valid(name: str, valid: str) -> None:
    assert package_name(name) == valid
    assert f"fr_{package_name(name)}".isidentifier()


@pytest.mark.parametrize(("train_size", "dev_size", "where"), [(4, 1, "train.jsonl"), (0, 1, "train"), (5, 0, "dev")])
def test_too_little_data(config: Path, tmp_path: Path, train_size: int, dev_size: int, where: str) -> None:
    empty = {"id": "e", "text": "Rien.", "spans": {"entities": [], "events": []}}
    records = [record(place) for place in PLACES]
    folder = version(tmp_path / "v1", [*records[:train_size], empty], [*records[:dev_size], empty])
    with pytest.raises(TooLittleData, match=where) as caught:
        trained(config, folder, tmp_path / "model")
    assert "\n" not in str(caught.value)
    assert caught.value.remedy
    assert not (tmp_path / "model").exists()


def test_what_is_there_is_not_replaced(config: Path, tmp_path: Path) -> None:
    folder = version(tmp_path / "v1", [record(place) for place in PLACES], [record("Gao")])
    (tmp_path / "model").mkdir()
    with pytest.raises(CuratorError, match="already"):
        trained(config, folder, tmp_path / "model")


def test_a_whole_model_trained_from_the_same_is_taken_as_it_is_and_another_is_replaced(
    config: Path, tmp_path: Path
) -> None:
    folder = version(tmp_path / "v1", [record(place) for place in PLACES], [record("Gao")])
    training = Training(config, folder, tmp_path / "models" / "a", DatasetVersion("news", 1, "d"), replace=True)
    steps: list[int] = []

    def run(training: Training = training) -> Trained:
        return train(training, lambda done, _: steps.append(done))

    first = run()
    del steps[:]
    abandoned = tmp_path / "models" / ".b.curator-training"
    abandoned.mkdir()
    assert run() == replace(first, unchanged=True)
    assert (steps, abandoned.exists()) == ([], False)
    for damage in (lambda: (first.path / "losses.json").unlink(), lambda: (first.path / "meta.json").write_text("{")):
        damage()
        assert run() == first
    other = replace(training, dataset=DatasetVersion("news", 1, "another digest"))
    assert not run(other).unchanged
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["a"]


def test_a_broken_configuration_is_reported_in_one_line(config: Path, tmp_path: Path) -> None:
    folder = version(tmp_path / "v1", [record(place) for place in PLACES], [record("Gao")])
    config.write_text(config.read_text().replace("spacy.MultiHashEmbed.v2", "spacy.Nothing.v1"))
    for broken in (config, tmp_path / "missing.cfg"):
        with pytest.raises(CuratorError, match=r"cfg") as caught:
            trained(broken, folder, tmp_path / "model")
        assert "\n" not in str(caught.value)
    assert not (tmp_path / "model").exists()
