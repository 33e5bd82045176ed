"""The page of mistakes: whole in itself, every mistake once, every text escaped."""

import re

import pytest

from curator.domain.evaluation import results, tally
from curator.domain.schema import LabelSchema
from curator.domain.scoring import match
from curator.domain.span import Span
from curator.steps.learning.evaluate import EvaluatedDocument, Evaluation
from curator.web.mistakes_page import mistakes_page
from tests.fakes.parts import SCHEMA
from tests.web.filled import EVIL, HOSTILE, SCRIPT
from tests.web.test_dashboard import Page

CLOSING = "</style></main></q></bdi><!--"
LAYERS = ("entities", "events")


def document(
    text: str, predicted: list[Span], gold: list[Span], name: str = "Titre", id: str = "d1"
) -> EvaluatedDocument:
    return EvaluatedDocument(id, name, text, tuple(match(predicted, gold)))


def rendered(*documents: EvaluatedDocument, pipeline: str = "rules@d1", schema: LabelSchema = SCHEMA) -> str:
    layers = results([tally(document.matches) for document in documents], LAYERS, 20)
    return mistakes_page(Evaluation(pipeline, documents, layers), schema)


def span(start: int, end: int, label: str = "PER", layer: str = "entities") -> Span:
    return Span(layer, start, end, label)


TEXT = "Marie Curie attaque Paris et Lyon"
FOUND = [span(0, 5), span(12, 19, "ATTACK", "events"), span(20, 25), span(29, 33, "GPE"), span(26, 28)]
GOLD = [span(0, 11), span(12, 19, "ATTACK", "events"), span(20, 25, "GPE"), span(0, 33, "ATTACK", "events")]
HTML = rendered(
    document(TEXT, FOUND, GOLD),
    document("Rien", [], [], id="d2", name="d2"),
    document("Rome", [], [span(0, 4, "GPE")], id="d3"),
)


def mistakes(html: str) -> list[str]:
    rows = re.findall(r'<tr><th scope="row"><span class="sign".*?</tr>', html)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def test_each_mistake_is_shown_once_with_its_predicted_and_gold_span() -> None:
    assert mistakes(HTML) == [
        "↔ boundary PER Marie 0–5 PER Marie Curie 0–11",
        f"+ missed – ATTACK {TEXT} 0–33",
        "≠ label PER Paris 20–25 GPE Paris 20–25",
        "− spurious PER et 26–28 –",
        "− spurious GPE Lyon 29–33 –",
        "+ missed – GPE Rome 0–4",
    ]
    words = Page(HTML).words
    assert "On 3 documents: ↔ 1 boundary, ≠ 1 label, + 2 missed, − 2 spurious." in words.replace(" ,", ",").replace(
        " .", "."
    )
    assert re.findall(r"<summary>(.*?)</summary>", HTML) == ["5 mistakes", "1 mistake"]
    assert words.count("No mistakes") == 1


def test_predicted_and_gold_text_stand_side_by_side_whole() -> None:
    texts = re.findall(r'<div class="text".*?</div>', HTML)
    bare = [re.sub(r"<[^>]+>", "", re.sub(r'<span class="chip.*?</bdi></span>', "", text)) for text in texts]
    assert bare == [TEXT, TEXT, "Rien", "Rien", "Rome", "Rome"]
    assert HTML.count('<div lang="fr">') == 6


def test_scores_are_by_layer_and_label_with_a_line_for_the_whole() -> None:
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"<tr.*?</tr>", HTML)]
    for expected in ("entities all 3 4 0 0.000 0.000 0.000", "events ATTACK 2 1 1 1.000 0.500 0.667"):
        assert sum(row.startswith(expected) for row in rows) == 1
    assert HTML.count('<tr class="whole">') == 2


EVILS = (SCRIPT, EVIL, CLOSING, HOSTILE, "'\"><img src=x onerror=alert(1)>", "{{ 7 * 7 }}", "&lt;b&gt;")


@pytest.mark.parametrize("evil", EVILS)
def test_hostile_words_are_words_wherever_they_stand(evil: str) -> None:
    label = f"PER{evil}"
    html = rendered(
        document(evil, [span(0, len(evil), label)], [span(1, len(evil), label, evil)], name=evil, id=evil),
        document(evil, [], [], name=evil),
        pipeline=evil,
    )
    plain = rendered(
        document("x" * len(evil), [span(0, len(evil))], [span(1, len(evil), "PER", "x")], name="x", id="x"),
        document("x", [], [], name="x"),
    )
    page = Page(html)
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in Page(plain).tags]
    assert [set(attributes) for _, attributes in page.tags] == [set(attributes) for _, attributes in Page(plain).tags]
    assert html.count("</style>") == 1
    assert page.text.count(evil) >= 6


def test_nothing_is_fetched_and_nothing_runs() -> None:
    page = Page(HTML)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "form", "base", "a", "svg"}
    for _, attributes in page.tags:
        assert not [name for name in attributes if name in ("src", "href", "srcset", "style") or name.startswith("on")]
    style = HTML[HTML.index("<style>") : HTML.index("</style>")]
    assert not re.search(r"url\(|@import|expression|//", style)
    policies = [
        attributes["content"]
        for attributes in page.all("meta")
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]
    assert "http" not in HTML.replace("http-equiv", "")


def test_ids_are_unique_and_every_label_of_the_schema_has_its_colour() -> None:
    ids = [attributes["id"] for _, attributes in Page(HTML).tags if "id" in attributes]
    assert len(ids) == len(set(ids)) == 3
    assert all(label.colour in HTML for layer in SCHEMA.layers for label in layer.labels)
    assert HTML.startswith("<!doctype html>")
