"""The largest text is the same one on every way in: bytes of its canonical form in UTF-8."""

import json
from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.intake import ingest
from curator.bootstrap.ml_backend import make_ml_backend
from curator.bootstrap.predicting import preannotate_documents
from curator.bootstrap.stores import open_store
from curator.steps.ports.documents import Refused
from curator.steps.ports.predictor import AskedTask
from tests.fakes.parts import silent
from tests.spacy_models.rules import save_model


# 20 and 21 bytes; the accents and the line end come in more of them, the musical symbol in fewer.
@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("Paris 1 € à \U0001d11e.", True),
        ("Paris 1 € à \U0001d11e..", False),
        ("Paris e\u0301, a\u0300 10 €\r\n", True),
        ("Paris e\u0301, a\u0300 100 €\r\n", False),
        ("Paris \U0001d15e abcde", True),
        ("Paris \U0001d15e abcdef", False),
    ],
)
def test_a_text_at_the_border_is_taken_by_all_or_by_none(
    configured: Context, folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, fits: bool
) -> None:
    model = str(save_model(folder / "model", {"Paris": "GPE"}, {}))
    monkeypatch.setenv("CURATOR_PIPELINE__NAME", model)
    monkeypatch.setenv("CURATOR_INGEST__MAX_TEXT_BYTES", "20")
    (folder / "a.jsonl").write_text(json.dumps({"text": text, "lang": "fr"}))
    ingested = ingest(configured, ["a.jsonl"], lambda _: None, silent)
    refused: list[Refused] = []
    records, _ = preannotate_documents(configured, ["a.jsonl"], model, None, refused, [])
    predicted = [len(record["spans"]["entities"]) for record in records]
    with open_store(configured) as store:
        predictor = make_ml_backend(configured, lambda: store, 1 << 20).predictor
        content = predictor.predict(AskedTask(text, None)).content
    if fits:
        assert (ingested.documents, predicted, len(content.spans)) == (1, [1], 1)
        return
    reason = "text is larger than 20 bytes in UTF-8"
    assert (ingested.documents, predicted, content.spans) == (0, [], ())
    assert [refusal.error.what for refusal in (*ingested.refused, *refused)] == [reason] * 2
    (problem,) = content.problems
    assert problem.cause == "text-refused"
    assert str(problem.item).startswith(reason)
