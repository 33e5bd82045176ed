from pathlib import Path

import pytest
import spacy
from spacy.training import Corpus

from curator.domain.loss import span_loss
from curator.domain.record import Record
from curator.domain.span import Span
from curator.spacy_models import docbin
from curator.spacy_models.corpus import example_of
from curator.spacy_models.french.tokenizer import FrenchTokenizer
from tests.files.formats.hard_case import RECORDS, written
from tests.files.formats.read_docbin import docs, read


def kept(folder: Path, files: dict[str, bytes]) -> Path:
    """Write files to a folder, and return it."""
    for name, data in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.mark.parametrize("name", ["docbin", "docbin-repaired"])
def test_spacy_trains_on_the_spans_that_the_records_have(name: str, tmp_path: Path) -> None:
    _, files, losses = written(name)
    nlp = spacy.blank("fr")
    nlp.tokenizer = FrenchTokenizer(nlp.vocab)
    examples = list(Corpus(kept(tmp_path, files) / "train.spacy")(nlp))
    assert len(examples) == len(RECORDS["train"])
    missing = {loss.document for loss in losses}
    for example, record in zip(examples, RECORDS["train"], strict=True):
        if record.id not in missing:
            ours, _ = example_of(record, nlp)
            assert spans_of(example.reference) == spans_of(ours.reference)
    assert missing == ({"inside"} if name == "docbin" else set())


def spans_of(doc: spacy.tokens.Doc) -> dict[str, list[tuple[int, int, str]]]:
    groups = {"entities": doc.ents, **doc.spans}
    return {name: [(s.start_char, s.end_char, s.label_) for s in group] for name, group in groups.items()}


def test_a_span_inside_a_token_is_listed_and_its_token_is_not_said_to_be_outside() -> None:
    _, files, losses = written("docbin")
    (doc,) = (doc for doc in docs(files["train.spacy"]) if doc.text.startswith("Non"))
    assert [(token.text, token.ent_iob_) for token in doc[:4]] == [
        *(("Non", "O"), ("-", "O"), ("Parisien", ""), ("attaque", "O"))
    ]
    assert [loss.reason for loss in losses] == ["boundary-inside-token"] * 2


def test_the_repair_cuts_tokens_where_spans_begin_and_end() -> None:
    _, files, losses = written("docbin-repaired")
    (doc,) = (doc for doc in docs(files["train.spacy"]) if doc.text.startswith("Non"))
    assert [(span.text, [token.text for token in span]) for span in doc.ents] == [("Paris", ["Paris"])]
    assert [span.text for span in doc.spans["events"]] == ["ttaque"]
    assert losses == []


def test_what_doc_ents_cannot_hold_is_listed() -> None:
    record = RECORDS["dev"][0]
    entity = record.spans["entities"][0]
    longer = Span("entities", entity.start, entity.end + 2, "PER")
    blank = Span("entities", entity.start - 1, entity.end, "GPE")
    overlapping = Record(record.id, record.text, "fr", {**record.spans, "entities": (blank, entity, longer)})
    _, files, losses = written("docbin-repaired", {"train": (overlapping,), "dev": (), "test": ()})
    assert losses[:2] == [
        span_loss(record.id, blank, "blank-edge"),
        span_loss(record.id, entity, "overlaps-longer-entity"),
    ]
    (doc,) = docs(files["train.spacy"])
    assert [span.text for span in doc.ents] == ["Marie Curie\u00a0»"]


def test_a_large_split_goes_on_in_further_files_that_spacy_reads_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docbin, "_SHARD", 100_000)
    monkeypatch.setattr(docbin, "_BATCH", 1)
    train = RECORDS["train"]
    records = {"train": (*train, train[0]), "dev": train[:1], "test": ()}
    _, files, _ = written("docbin", records)
    assert sorted(files) == ["dev.spacy", "test.spacy", "train/00001.spacy", "train/00002.spacy"]
    assert [record.id for record in read(files)["train"]] == [record.id for record in records["train"]]
    examples = list(Corpus(kept(tmp_path, files) / "train")(spacy.blank("fr")))
    assert len(examples) == len(records["train"])
