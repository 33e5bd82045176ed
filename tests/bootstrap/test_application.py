"""Pipelines as the settings say they are read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from curator.bootstrap.application import Application
from curator.bootstrap.workspace import Workspace
from curator.domain.errors import CuratorError
from curator.domain.span import Span
from curator.settings import read_settings
from tests.conftest import ROOT
from tests.spacy_models.rules import save_model

TEXT = "Rome annonce un Nobel"
SETTINGS = """
label_schema = '{schema}'

[pipeline]
name = '{model}'

[pipeline.label_map.'{model}']
LOC = "GPE"
MISC = ""
Say = "STATEMENT"

[pipeline.label_map.another]
LOC = "PER"

[pipeline.span_groups.'{model}']
events = "sc"
"""


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    model = save_model(tmp_path / "model", {"Rome": "LOC", "Nobel": "MISC"}, {"annonce": "Say"}, group="sc")
    config = tmp_path / "curator.toml"
    schema = ROOT / "configs" / "labels.yaml"
    config.write_text(SETTINGS.format(schema=schema, model=model), encoding="utf-8")
    made = Application(read_settings(config), Workspace(tmp_path / "workspace"), config)
    yield made
    made.close()


def spans(application: Application, name: str | None = None) -> list[tuple[str, int, int, str]]:
    (content,) = application.pipeline(name).annotate([TEXT])
    return [one.key for one in content.spans]


def test_a_foreign_pipeline_speaks_the_schema_by_its_settings(application: Application) -> None:
    expected = [Span("entities", 0, 4, "GPE").key, Span("events", 5, 12, "STATEMENT").key]
    assert spans(application) == spans(application, application.settings.pipeline.name) == expected


def test_settings_of_another_pipeline_are_not_its_own(application: Application, tmp_path: Path) -> None:
    other = save_model(tmp_path / "other", {"Rome": "GPE", "Nobel": "GPE"}, {"annonce": "STATEMENT"}, group="sc")
    # Neither renamed, nor are its events in a group that anybody named.
    assert spans(application, str(other)) == [("entities", 0, 4, "GPE"), ("entities", 16, 21, "GPE")]
    save_model(tmp_path / "other", {"Rome": "LIEU", "Nobel": "GPE"}, {})
    with pytest.raises(CuratorError, match="label 'LIEU' of layer entities is not in the label schema") as raised:
        spans(application, str(other))
    assert f'[pipeline.label_map."{other}"]' in raised.value.remedy


def test_the_pipeline_chosen_last_is_read_by_its_own_settings(application: Application, tmp_path: Path) -> None:
    other = save_model(tmp_path / "other", {"Rome": "PER"}, {})
    application.choose_pipeline(str(other))
    assert spans(application) == [("entities", 0, 4, "PER")]


def test_the_number_of_processes_comes_from_the_call_else_from_the_settings(application: Application) -> None:
    assert application.pipeline()._workers == 1
    assert application.pipeline(workers=3)._workers == 3
