"""Records as spaCy documents: every span and every value of a record is in its document."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given
from spacy.tokens import Doc

from curator.domain.record import Record, record_line
from curator_client import Records, load_dataset
from curator_client.docs import Docs
from tests.client.conftest import Served
from tests.client.test_load import lines
from tests.domain.test_loadable import records

NLP = spacy.blank("fr")


def back(doc: Doc) -> dict[str, Any]:
    """Return the record that a document was made of, spans in any order."""
    spans: dict[str, set[tuple[int, int, str, str]]] = {}
    groups = {"entities": list(doc.ents), **{name: list(group) for name, group in doc.spans.items()}}
    for layer, of_layer in groups.items():
        spans[layer] = {(span.start_char, span.end_char, span.label_, span.text) for span in of_layer}
    return {"text": doc.text, "spans": spans, **doc.user_data["curator"]}


def expected(record: dict[str, Any]) -> dict[str, Any]:
    spans = {
        layer: {(span["start"], span["end"], span["label"], span["text"]) for span in of_layer}
        for layer, of_layer in {"entities": [], **record["spans"]}.items()
    }
    return {**record, "spans": spans}


def test_every_split_comes_as_documents(served: Served, cache: Path) -> None:
    loaded = load_dataset("sample@1", url=served.url, token=served.token, cache=cache, to="docs")
    assert sorted(loaded) == ["dev", "test", "train"]
    for split, docs in loaded.items():
        assert [back(doc) for doc in docs] == [expected(record) for record in lines(served, split)]
    dev = load_dataset("sample@1", url=served.url, token=served.token, cache=cache, to="docs", split="dev")
    assert (len(dev), dev[0].lang_, len(dev[0:2])) == (3, "fr", 2)
    doc = dev[0]
    assert doc.spans["events"][0].id_ == lines(served, "dev")[0]["spans"]["events"][0]["id"]


@given(records())
def test_nothing_of_a_record_is_lost(record: Record) -> None:
    value = json.loads(record_line(record))
    doc = Docs(Records(Path("none"), 1), NLP, has_entities=True)._doc(value)
    assert back(doc) == expected(value)


def _doc(text: str, *spans: tuple[int, int, str], layer: str = "entities", **options: bool) -> Doc:
    listed = [
        {"id": f"{layer}:{start}-{end}:{label}", "start": start, "end": end, "label": label, "text": text[start:end]}
        for start, end, label in spans
    ]
    record = {"id": "d", "text": text, "lang": "fr", "spans": {layer: listed}, "meta": {"k": [1, None]}}
    return Docs(Records(Path("none"), 1), NLP, has_entities=options.get("has_entities", True))._doc(record)


def test_a_token_is_cut_where_a_span_begins_or_ends_inside_it() -> None:
    doc = _doc("Le non-lieu de Lyon-Perrache", (7, 11, "EVENT"), (15, 19, "GPE"))
    assert [span.text for span in doc.ents] == ["lieu", "Lyon"]
    assert doc.text == "Le non-lieu de Lyon-Perrache"
    assert {"lieu", "Lyon"} <= {token.text for token in doc}


def test_a_space_at_the_edge_of_a_span_is_a_token_of_its_own() -> None:
    for start, end in ((2, 7), (3, 8), (2, 8)):
        doc = _doc("De Lyon vers Nice", (start, end, "GPE"))
        assert [(span.start_char, span.end_char) for span in doc.ents] == [(start, end)]
        assert doc.text == "De Lyon vers Nice"


def test_entities_that_overlap_are_a_span_group() -> None:
    doc = _doc("Université de Lyon", (0, 18, "ORG"), (14, 18, "GPE"))
    assert not doc.ents
    assert not doc.has_annotation("ENT_IOB")
    assert [span.label_ for span in doc.spans["entities"]] == ["ORG", "GPE"]


def test_a_text_without_entities_has_none_and_one_without_their_layer_does_not_say() -> None:
    assert _doc("Rien de neuf").has_annotation("ENT_IOB")
    assert not _doc("Rien de neuf", layer="events", has_entities=False).has_annotation("ENT_IOB")


def test_a_language_that_spacy_has_not_is_cut_by_its_general_rules(served: Served, cache: Path, tmp_path: Path) -> None:
    from curator_client.docs import docs

    shutil.copytree(served.folder, tmp_path / "version")
    manifest = json.loads((tmp_path / "version" / "manifest.json").read_bytes())
    manifest["schema"]["language"] = "und"
    (tmp_path / "version" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    of_test: Any = docs(tmp_path / "version", "test")
    assert (of_test[0].lang_, of_test[0].text) == ("xx", lines(served, "test")[0]["text"])


def test_documents_of_one_vocabulary_are_kept_by_spacy(tmp_path: Path) -> None:
    doc = _doc("Lyon dort", (0, 4, "GPE"))
    again = Doc(NLP.vocab).from_bytes(doc.to_bytes())
    assert back(again) == back(doc)
    with pytest.raises(KeyError):
        again.spans["none"]
