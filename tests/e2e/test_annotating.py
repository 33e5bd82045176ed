"""Two annotators at work in a real browser on the real Label Studio, and what the store and an export say of it."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import spacy
from playwright.sync_api import Browser, ViewportSize

from curator.domain.schema import LabelSchema
from tests.conftest import ROOT, RunningLabelStudio, free_port
from tests.e2e.agreement import record_attributes, record_relations, record_spans
from tests.e2e.conftest import Curator, Desk, environment, wait_until_ready
from tests.e2e.relay import Relay
from tests.e2e.studio_page import StudioPage
from tests.waiting import HANG_SECONDS, wait_until

# A no-break space and a narrow one; a family of four joined into one sign, a flag, a sign with a variant selector.
_NB, _NN = "\u00a0", "\u202f"
_FAMILY, _FLAG, _DOVE = "👩\u200d👩\u200d👧\u200d👦", "🇫🇷", "🕊\ufe0f"

ENVOY = (
    f"{_FAMILY} «{_NB}L'entretien{_NB}» a eu lieu à l’aube{_NN}: Élise Morel, l’envoyée de Valmont, "
    f"a quitté l'hôtel «{_NB}Paris{_NB}» {_FLAG} vendredi.\n\n"
    f"Après l’attaque d’Orléans{_NN}; «{_NB}aujourd'hui{_NB}» {_DOVE}, les élus d'Ys ont rencontré "
    f"la maire d’Orléans{_NN}: «{_NB}Merci{_NB}!{_NB}» 👍🏽\n"
)
TRUCE = f"Le maire de Quimper a annoncé une trêve{_NN}: «{_NB}C’est fini{_NB}!{_NB}»\n\nHugo Lantier n'a rien dit.\n"
NOTHING = "Rien à signaler samedi.\n"

_ENTITIES = {
    "PER": ["Élise Morel", "Valmont", "Hugo Lantier"],
    "GPE": ["Paris", "Quimper"],
    "DATE": ["vendredi", "samedi"],
}
_SCREEN: ViewportSize = {"width": 1366, "height": 768}
_LOW = 480
_EVENTS = {"ATTACK": ["attaque"], "STATEMENT": ["annoncé"], "CEASEFIRE": ["trêve"]}

SpanFields = tuple[str, int, int, str, str]
"""A span as records tell it: layer, start, end, label, words."""


def span_of(text: str, layer: str, label: str, words: str) -> SpanFields:
    """Return the span of the last occurrence of these words."""
    start = text.rindex(words)
    return layer, start, start + len(words), label, words


def predicted(text: str) -> set[SpanFields]:
    """Return the spans that the pipeline below finds in a text; no word of it occurs twice in one."""
    layers = (("entities", _ENTITIES), ("events", _EVENTS))
    return {
        span_of(text, layer, label, words)
        for layer, patterns in layers
        for label, all_words in patterns.items()
        for words in all_words
        if words in text
    }


def name(span: SpanFields) -> str:
    layer, start, end, label, _ = span
    return f"{layer}:{start}-{end}:{label}"


def keys(schema: LabelSchema) -> dict[str, str]:
    return {label.name: label.hotkey for layer in schema.layers for label in layer.labels}


def shown(spans: set[SpanFields]) -> list[tuple[int, int, str, str]]:
    return sorted((start, end, label, words) for _, start, end, label, words in spans)


# What the first annotator finds in the text about the envoy, and what the second does.
MOREL = span_of(ENVOY, "entities", "PER", "Élise Morel")
VALMONT_PREDICTED = span_of(ENVOY, "entities", "PER", "Valmont")
VALMONT = span_of(ENVOY, "entities", "LOC", "Valmont")
PARIS = span_of(ENVOY, "entities", "GPE", "Paris")
ORLEANS = span_of(ENVOY, "entities", "GPE", "Orléans")
MET = span_of(ENVOY, "events", "MEETING", "rencontré")
YS = span_of(ENVOY, "entities", "LOC", "Ys")
ATTACK = span_of(ENVOY, "events", "ATTACK", "attaque")
NOTE = f"12 morts selon l’agence, 34 puis 5678 d'après d'autres{_NN}: chiffres faux ou exagérés, à vérifier 👀"


@dataclass
class Said:
    """What an annotation or a record must say."""

    spans: set[SpanFields]
    relations: set[tuple[str, str, str, str]]
    attributes: set[tuple[str, str, str]]
    skipped: bool = False


FIRST = Said(
    (predicted(ENVOY) - {PARIS, VALMONT_PREDICTED}) | {VALMONT, ORLEANS, MET},
    {(name(MET), name(MOREL), "agent", "right")},
    {(name(MOREL), "certitude", "['douteux']"), (name(MOREL), "note", str([NOTE]))},
)
CHANGED = Said(FIRST.spans | {YS}, FIRST.relations, FIRST.attributes)
SECOND = Said(predicted(ENVOY) - {ATTACK}, set(), set())


def as_predicted(text: str) -> Said:
    return Said(predicted(text), set(), set())


SKIPPED = Said(predicted(NOTHING), set(), set(), skipped=True)


def says(record: dict[str, Any], skipped: bool = False) -> Said:
    return Said(record_spans(record), record_relations(record), record_attributes(record), skipped)


@dataclass(frozen=True)
class Office:
    """A desk, its annotators' accounts and what opens a window for one of them."""

    desk: Desk
    documents: dict[str, str]
    accounts: tuple[dict[str, str], dict[str, str]]
    open: Callable[[dict[str, str]], StudioPage]

    def current(self) -> dict[tuple[str, str], Said]:
        """Return what the store holds, by text and annotator."""
        return {
            (self.documents[record["document"]], record["annotator"]): says(record, record["skipped"])
            for record in self.desk.curator.annotations()
        }

    def agrees(self, *expected: tuple[str, int, Said]) -> None:
        """Wait until the store holds exactly this: text, number of the annotator, what they said."""
        by_annotator = {(text, self.accounts[number]["username"]): current for text, number, current in expected}
        wait_until(lambda: self.current() == by_annotator, lambda: f"{self.current()} is not {by_annotator}")

    def exported(self, version: int) -> dict[str, Said]:
        records = self.desk.curator.records("office", version)
        for record in records.values():
            assert record["text"] == self.documents[record["id"]]
        return {record["text"]: says(record) for record in records.values()}


def build_pipeline(folder: Path) -> None:
    nlp = spacy.blank("fr")
    for factory, patterns, settings in (
        ("entity_ruler", _ENTITIES, {}),
        ("span_ruler", _EVENTS, {"spans_key": "events"}),
    ):
        ruler: Any = nlp.add_pipe(factory, config=settings)
        ruler.add_patterns([{"label": label, "pattern": word} for label, words in patterns.items() for word in words])
    nlp.to_disk(folder)


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory, label_studio: RunningLabelStudio, chromium: Browser
) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    build_pipeline(folder / "pipeline")
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, text in enumerate((NOTHING, TRUCE, ENVOY)):
        (corpus / f"{number}.txt").write_text(text, encoding="utf-8", newline="")
    port = free_port()
    with ExitStack() as open_things:
        relay = open_things.enter_context(closing(Relay(f"http://127.0.0.1:{port}")))
        env = environment(
            folder,
            CURATOR_LABEL_STUDIO__URL=label_studio.url,
            CURATOR_LABEL_STUDIO__TOKEN=label_studio.token,
            CURATOR_LABEL_STUDIO__ANNOTATORS_PER_DOCUMENT="2",
            CURATOR_HOOK__PORT=str(port),
            CURATOR_HOOK__PUBLIC_URL=relay.url,
        )
        curator = Curator(folder, env)
        curator.run("ingest", str(corpus))
        curator.run("preannotate", "--pipeline", str(folder / "pipeline"))
        project = curator.json("push")["project"]
        accounts = [curator.json("annotators", "add", f"{who}@example.org") for who in ("jeanne", "loic")]
        open_things.enter_context(serving(curator, port))

        def open_window(account: dict[str, str]) -> StudioPage:
            context = open_things.enter_context(chromium.new_context(viewport=_SCREEN, locale="fr-FR"))
            window = StudioPage(context.new_page(), label_studio.url, project)
            window.log_in(account["username"], account["password"])
            return window

        desk = Desk(curator, label_studio.http, relay, project)
        documents = {task["data"]["document"]: task["data"]["text"] for task in desk.tasks()}
        assert set(documents.values()) == {ENVOY, TRUCE, NOTHING}
        yield Office(desk, documents, (accounts[0], accounts[1]), open_window)


@contextmanager
def serving(curator: Curator, port: int) -> Iterator[None]:
    """Let the hook run, as a process of its own."""
    command = [sys.executable, "-m", "curator", "serve"]
    with (curator.folder / "hook.log").open("wb") as log:
        hook = subprocess.Popen(command, cwd=ROOT, env=curator.env, stdout=log, stderr=log)
        try:
            wait_until_ready(f"http://127.0.0.1:{port}/readyz", hook)
            yield
        finally:
            hook.terminate()
            hook.wait(HANG_SECONDS)


@pytest.fixture(scope="module")
def first(office: Office) -> StudioPage:
    return office.open(office.accounts[0])


@pytest.fixture(scope="module")
def second(office: Office) -> StudioPage:
    return office.open(office.accounts[1])


def test_the_queue_begins_with_the_instruction(first: StudioPage, default_schema: LabelSchema) -> None:
    instruction = first.label_all()
    assert " ".join(instruction.split()) == " ".join(re.sub("<[^>]+>", " ", default_schema.instruction).split())
    first.wait_for_text(ENVOY)
    assert first.read_instruction() == instruction


def test_the_text_that_needs_most_correction_comes_first_with_its_predictions_filled_in(
    office: Office, first: StudioPage, default_schema: LabelSchema
) -> None:
    first.wait_for_text(ENVOY)
    scores = {task["data"]["text"]: task["predictions"][0]["score"] for task in office.desk.tasks()}
    assert min(scores, key=lambda text: scores[text]) == ENVOY
    assert all(0 < score <= 1 for score in scores.values())
    spans = predicted(ENVOY)
    first.wait_for_regions(len(spans))
    assert first.regions() == shown(spans)
    assert sorted(first.listed()) == sorted((label, words) for _, _, _, label, words in spans)
    colours = {label.name: label.colour for layer in default_schema.layers for label in layer.labels}
    for (_, _, label, _), colour in zip(shown(spans), first.region_colours(), strict=True):
        red, green, blue = (int(colours[label][at : at + 2], 16) for at in (1, 3, 5))
        assert colour.startswith(f"rgba({red}, {green}, {blue}, ")


def test_labels_show_their_keys_and_stay_in_view(first: StudioPage, default_schema: LabelSchema) -> None:
    assert first.label_keys() == keys(default_schema)
    assert first.labels_in_view()
    first.resize(_LOW)
    first.select(MOREL[1])
    assert first.labels_in_view()
    assert first.region_controls_in_view()
    first.scroll_text()
    assert first.labels_in_view()
    assert first.region_controls_in_view()
    first.release()
    first.resize(_SCREEN["height"])


def test_each_key_sets_its_label_and_does_nothing_else(first: StudioPage, default_schema: LabelSchema) -> None:
    kept = shown(predicted(ENVOY))
    asked = first.watch_requests()
    for layer, span in zip(default_schema.layers, (MOREL, ATTACK), strict=True):
        for label in layer.labels:
            first.press(label.hotkey)
            first.expect_chosen(label.name)
        first.press("Escape")
        first.expect_chosen()
        first.select(span[1])
        (own,) = (label.hotkey for label in layer.labels if label.name == span[3])
        for label in layer.labels:
            first.press(label.hotkey)
            first.expect_label(span[1], label.name)
            assert [(start, end) for start, end, _, _ in first.regions()] == [(start, end) for start, end, _, _ in kept]
        first.press(own)
        first.expect_label(span[1], span[3])
        first.release()
    assert first.text() == ENVOY
    assert first.regions() == kept
    assert all("/drafts" in path for path in asked), asked


def test_every_correction_reaches_the_store_to_the_character(
    office: Office, first: StudioPage, default_schema: LabelSchema
) -> None:
    # What is typed into a note must not be taken for the keys of labels.
    assert set(keys(default_schema).values()) <= set(NOTE)
    first.remove(PARIS[1])
    first.relabel(VALMONT[1], "4", "LOC")
    first.press("3")
    first.mark(ORLEANS[1], ORLEANS[2], "GPE")
    first.click_label("MEETING")
    first.mark(MET[1], MET[2], "MEETING")
    first.relate(MET[1], MOREL[1], "agent")
    first.doubt_and_note(MOREL[1], NOTE)
    assert first.regions() == shown(FIRST.spans)
    if folder := os.environ.get("CURATOR_SCREENSHOTS"):
        first.select(MOREL[1])
        first.screenshot(Path(folder), "annotating")
        first.release()
    first.submit()
    office.agrees((ENVOY, 0, FIRST))


def test_a_text_may_be_submitted_as_predicted_or_skipped(office: Office, first: StudioPage) -> None:
    first.wait_for_text(TRUCE)
    first.submit()
    first.wait_for_text(NOTHING)
    first.skip()
    first.expect_end()
    office.agrees((ENVOY, 0, FIRST), (TRUCE, 0, as_predicted(TRUCE)), (NOTHING, 0, SKIPPED))


def test_an_annotator_may_go_back_and_change_their_mind(office: Office, first: StudioPage) -> None:
    for text in (NOTHING, TRUCE, ENVOY):
        first.go_back()
        first.wait_for_text(text)
    first.wait_for_regions(len(FIRST.spans))
    assert first.regions() == shown(FIRST.spans)
    first.press("4")
    first.mark(YS[1], YS[2], "LOC")
    first.update()
    office.agrees((ENVOY, 0, CHANGED), (TRUCE, 0, as_predicted(TRUCE)), (NOTHING, 0, SKIPPED))


def test_the_export_holds_what_the_first_annotator_submitted(office: Office) -> None:
    assert office.desk.curator.json("export", "office")["version"] == 1
    assert office.exported(1) == {ENVOY: CHANGED, TRUCE: as_predicted(TRUCE)}
    pipeline = office.desk.tasks()[0]["predictions"][0]["model_version"]
    for record in office.desk.curator.records("office", 1).values():
        assert record["provenance"]["pipeline"] == pipeline


def test_a_second_annotator_starts_from_the_predictions_and_is_kept_apart(office: Office, second: StudioPage) -> None:
    second.label_all()
    waiting = {ENVOY, TRUCE, NOTHING}
    while waiting:
        text = second.wait_for_text(*waiting)
        second.wait_for_regions(len(predicted(text)))
        assert second.regions() == shown(predicted(text))
        if text == ENVOY:
            second.remove(ATTACK[1])
        second.submit()
        waiting.remove(text)
    second.expect_end()
    office.agrees(
        (ENVOY, 0, CHANGED),
        (TRUCE, 0, as_predicted(TRUCE)),
        (NOTHING, 0, SKIPPED),
        (ENVOY, 1, SECOND),
        (TRUCE, 1, as_predicted(TRUCE)),
        (NOTHING, 1, as_predicted(NOTHING)),
    )


def test_the_export_takes_the_latest_word_on_each_text(office: Office) -> None:
    assert office.desk.curator.json("export", "office")["version"] == 2
    assert office.exported(2) == {ENVOY: SECOND, TRUCE: as_predicted(TRUCE), NOTHING: as_predicted(NOTHING)}
