"""What the trained pipeline reads at once is bounded, and nobody sees where a long text was cut."""

from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc

from curator.spacy_models import opinion
from curator.spacy_models.opinion import TrainedOpinion, opinions
from tests.spacy_models.rules import save_model

LINE = "Ahmed Morel annonce une trêve à Bamako.\n"


@pytest.fixture
def trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TrainedOpinion:
    monkeypatch.setattr(opinion, "_MOST_AT_ONCE", 100)
    model = save_model(tmp_path / "model", {"Morel": "PER", "Bamako": "GPE"}, {"trêve": "CEASEFIRE"})
    return TrainedOpinion(str(model))


def words(doc: Doc) -> list[tuple[str, str]]:
    text = doc.text
    return [(span.label, text[span.start : span.end]) for span in opinions(doc) or ()]


@pytest.mark.parametrize("text", [LINE * 30, LINE.replace("\n", " ") * 30], ids=["lines", "blanks"])
def test_the_spans_of_a_long_text_are_all_found_in_their_places(trained: TrainedOpinion, text: str) -> None:
    found = words(trained(spacy.blank("fr")(text)))
    assert sorted(found) == sorted([("PER", "Morel"), ("GPE", "Bamako"), ("CEASEFIRE", "trêve")] * 30)


def test_no_more_is_read_at_once_than_fits(trained: TrainedOpinion, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    make_doc = trained._nlp.make_doc

    def watched(text: str) -> Doc:
        read.append(len(text))
        return make_doc(text)

    monkeypatch.setattr(trained._nlp, "make_doc", watched)
    text = "".join(f"{'mot' * 70} {LINE}" for _ in range(5))
    trained(spacy.blank("fr")(text))
    assert sum(read) == len(text)
    assert max(read) <= 100


def test_documents_come_back_in_order_each_with_its_own(trained: TrainedOpinion) -> None:
    blank = spacy.blank("fr")
    texts = ["Bamako.", LINE * 5, "", "Morel parle.", "Rien.", LINE, LINE, LINE]
    docs = list(trained.pipe(map(blank, texts), 3))
    assert [doc.text for doc in docs] == texts
    assert [len(words(doc)) for doc in docs] == [1, 15, 0, 1, 0, 3, 3, 3]


def test_nothing_is_read_of_no_documents(trained: TrainedOpinion) -> None:
    assert list(trained.pipe([], 3)) == []
