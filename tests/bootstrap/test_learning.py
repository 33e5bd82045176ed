import json
from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.intake import ingest
from curator.bootstrap.learning import preannotate, train
from curator.bootstrap.pipelines import pipeline_source
from curator.bootstrap.predicting import preannotate_documents
from curator.bootstrap.stores import open_store
from curator.bootstrap.workspace import Workspace
from curator.domain.errors import TooLittleData
from curator.steps.in_force.pipeline import PipelineInForce, pipeline_in_force
from curator.steps.learning.preannotate import Preannotated
from curator.steps.ports.documents import Refused
from tests.cli.conftest import FRENCH
from tests.fakes.parts import silent
from tests.spacy_models.rules import save_model


def test_the_pipeline_that_predicted_is_in_force(configured: Context, folder: Path) -> None:
    model = str(save_model(folder / "model", {"Paris": "GPE"}, {}))
    (folder / "a.txt").write_text(FRENCH, encoding="utf-8")
    ingest(configured, ["a.txt"], lambda _: None, silent)
    assert pipeline_source(configured) == "configs/rules.cfg"
    predicted = preannotate(configured, model, None, silent)
    assert (predicted.documents, predicted.causes) == (1, [])
    with open_store(configured) as store, store.reading() as transaction:
        assert pipeline_in_force(transaction) == PipelineInForce(model, "configs/rules.cfg", predicted.pipeline)
    assert pipeline_source(configured) == model
    assert pipeline_source(configured, "another") == "another"
    assert preannotate(configured, None, None, silent) == Preannotated(predicted.pipeline)


def test_documents_are_predicted_with_nothing_stored(configured: Context, folder: Path) -> None:
    model = str(save_model(folder / "model", {"Paris": "GPE"}, {}))
    (folder / "a.txt").write_text(FRENCH, encoding="utf-8")
    refused: list[Refused] = []
    nowhere = Context(Workspace(folder / "nowhere"), configured.config)
    records, used = preannotate_documents(nowhere, ["a.txt", "none.txt"], model, None, refused, [])
    (record,) = records
    assert (record["source"], record["pipeline"]) == ("a.txt", str(used))
    assert [refusal.name for refusal in refused] == ["none.txt"]
    assert pipeline_source(nowhere) == configured.settings.pipeline.name
    assert not nowhere.workspace.root.exists()


def test_too_little_data_says_of_which_split_there_is_how_much(configured: Context, folder: Path) -> None:
    (folder / "gold").mkdir()
    span = {"start": 0, "end": 5, "label": "GPE"}
    record = {"id": "d", "text": "Paris", "spans": {"entities": [span], "events": []}, "relations": []}
    (folder / "gold" / "train.jsonl").write_text(f"{json.dumps(record)}\n" * 5, encoding="utf-8")
    (folder / "gold" / "dev.jsonl").touch()
    with pytest.raises(TooLittleData) as raised:
        train(configured, "gold", None, folder / "model", silent)
    assert (raised.value.split, raised.value.records, raised.value.needed) == ("dev", 0, 1)
