import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.util import load_config

from curator.domain.errors import CuratorError, TooLittleData
from curator.spacy_models.trainer import TrainedPipeline, train

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
    config: Path, folder: Path, out: Path, steps: list[tuple[int, int | None]] | None = None
) -> TrainedPipeline:
    return train(config, folder, out, lambda done, total: (steps if steps is not None else []).append((done, total)))


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
    records[1]["spans"]["topics"] = [{"start": 0, "end": 3, "label": "WAR", "text": "Une"}]
    trained_pipeline = trained(config, version(tmp_path / "v1", records, records[2:3]), tmp_path / "model")
    assert [(loss.document, loss.item["layer"], loss.reason) for loss in trained_pipeline.losses] == [
        (PLACES[0], "events", "longer-than-suggested"),
        (PLACES[1], "topics", "no-component-for-layer"),
    ]


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


def test_a_broken_configuration_is_reported_in_one_line(config: Path, tmp_path: Path) -> None:
    folder = version(tmp_path / "v1", [record(place) for place in PLACES], [record("Gao")])
    config.write_text(config.read_text().replace("spacy.MultiHashEmbed.v2", "spacy.Nothing.v1"))
    for broken in (config, tmp_path / "missing.cfg"):
        with pytest.raises(CuratorError, match=r"cfg") as caught:
            trained(broken, folder, tmp_path / "model")
        assert "\n" not in str(caught.value)
    assert not (tmp_path / "model").exists()
