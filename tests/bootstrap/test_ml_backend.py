from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.ml_backend import make_ml_backend
from curator.bootstrap.stores import open_store
from curator.steps.in_force.pipeline import PipelineInForce, put_in_force
from curator.steps.ports.predictor import AskedTask
from tests.spacy_models.rules import save_model


def test_tasks_are_predicted_by_the_pipeline_in_force_whenever_that_changes(
    configured: Context, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = str(save_model(folder / "first", {"Paris": "GPE"}, {}))
    second = str(save_model(folder / "second", {"Paris": "ORG"}, {}))
    monkeypatch.setenv("CURATOR_PIPELINE__NAME", first)
    asked = AskedTask("Paris attend", None)
    with open_store(configured) as store:
        backend = make_ml_backend(configured, lambda: store, 1 << 20)
        assert (backend.user, backend.max_body) == ("label-studio", 1 << 20)
        (span,) = backend.predictor.predict(asked).content.spans
        assert span.label == "GPE"
        with store.writing() as transaction:
            put_in_force(transaction, PipelineInForce(second, instead_of=first))
        (span,) = backend.predictor.predict(asked).content.spans
        assert span.label == "ORG"
