"""Where pipelines and what their configurations name are found."""

import os
from pathlib import Path

import pytest
import spacy

from curator.domain.errors import CuratorError
from curator.spacy_models.locate import load

CONFIG = """
[paths]
train = null
lines = "data/lines.jsonl"

[nlp]
lang = "fr"
pipeline = ["first","second"]

[components]

[components.first]
factory = "sentencizer"

[components.second]
factory = "entity_ruler"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "project" / "configs" / "own.cfg"
    path.parent.mkdir(parents=True)
    path.write_text(CONFIG, encoding="utf-8")
    return path


def test_paths_are_sought_beside_the_configurations_folder_then_from_here(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(str(config)).named == {"lines": tmp_path / "data" / "lines.jsonl"}
    beside = tmp_path / "project" / "data" / "lines.jsonl"
    beside.parent.mkdir()
    beside.touch()
    assert load(os.path.relpath(config)).named == {"lines": beside}


def test_components_of_one_factory_are_left_out(config: Path) -> None:
    assert load(str(config)).nlp.pipe_names == ["first", "second"]
    assert load(str(config), without="entity_ruler").nlp.pipe_names == ["first"]


def test_a_folder_and_its_own_configuration_are_found(tmp_path: Path) -> None:
    nlp = spacy.blank("fr")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path / "model")
    assert load(str(tmp_path / "model")).nlp.pipe_names == ["sentencizer"]
    # What spaCy writes names paths that are nothing.
    assert load(str(tmp_path / "model" / "config.cfg")).nlp.pipe_names == ["sentencizer"]


@pytest.mark.parametrize(
    ("before", "after"), [("entity_ruler", "nonsense"), ("[nlp]", "[nl"), ('lang = "fr"', 'lang = "xyz"')]
)
def test_a_broken_configuration_is_reported(config: Path, before: str, after: str) -> None:
    config.write_text(CONFIG.replace(before, after), encoding="utf-8")
    with pytest.raises(CuratorError, match="pipeline cannot be built") as raised:
        load(str(config))
    assert raised.value.where == str(config)
