"""The pre-annotation pipeline, loaded once, and a short way to see what it finds."""

from collections.abc import Callable
from pathlib import Path

import pytest

from curator.spacy_models.annotator import SpacyPipeline

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "configs" / "rules.cfg"

Finder = Callable[[str], list[tuple[str, str]]]


@pytest.fixture(scope="session")
def pipeline() -> SpacyPipeline:
    return SpacyPipeline(CONFIG)


@pytest.fixture(scope="session")
def entities(pipeline: SpacyPipeline) -> Finder:
    """Return the entities of a text, as label and covered text."""
    return lambda text: _labelled_words(pipeline, "entities", text)


@pytest.fixture(scope="session")
def events(pipeline: SpacyPipeline) -> Finder:
    """Return the events of a text, as label and covered text."""
    return lambda text: _labelled_words(pipeline, "events", text)


def _labelled_words(pipeline: SpacyPipeline, layer: str, text: str) -> list[tuple[str, str]]:
    (content,) = pipeline.annotate([text])
    return [(span.label, text[span.start : span.end]) for span in content.spans if span.layer == layer]
