"""Pipelines as the settings say they are read."""

from pathlib import Path

import pytest

from curator.bootstrap.context import Context
from curator.bootstrap.init import init
from curator.bootstrap.pipelines import load_pipeline, pipeline_source
from curator.bootstrap.stores import open_store
from curator.bootstrap.workspace import Workspace
from curator.domain.errors import CuratorError, SettingsError
from curator.domain.span import Span
from curator.steps.in_force.pipeline import PipelineInForce, put_in_force
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
def context(tmp_path: Path) -> Context:
    model = save_model(tmp_path / "model", {"Rome": "LOC", "Nobel": "MISC"}, {"annonce": "Say"}, group="sc")
    config = tmp_path / "curator.toml"
    schema = ROOT / "configs" / "labels.yaml"
    config.write_text(SETTINGS.format(schema=schema, model=model), encoding="utf-8")
    return Context(Workspace(tmp_path / "workspace"), config)


def spans(context: Context, name: str | None = None) -> list[tuple[str, int, int, str]]:
    (content,) = load_pipeline(context, pipeline_source(context, name)).annotate([TEXT])
    return [span.key for span in content.spans]


def test_a_foreign_pipeline_speaks_the_schema_by_its_settings(context: Context) -> None:
    expected = [Span("entities", 0, 4, "GPE").key, Span("events", 5, 12, "STATEMENT").key]
    assert spans(context) == spans(context, context.settings.pipeline.name) == expected


def test_settings_of_another_pipeline_are_not_its_own(context: Context, tmp_path: Path) -> None:
    pipeline = save_model(
        tmp_path / "unconfigured", {"Rome": "GPE", "Nobel": "GPE"}, {"annonce": "STATEMENT"}, group="sc"
    )
    with pytest.raises(CuratorError, match="1 spans in span group 'sc' that no layer reads"):
        spans(context, str(pipeline))
    save_model(tmp_path / "unconfigured", {"Rome": "LIEU", "Nobel": "GPE"}, {})
    with pytest.raises(CuratorError, match="label 'LIEU' of layer entities is not in the label schema") as raised:
        spans(context, str(pipeline))
    assert f'[pipeline.label_map."{pipeline}"]' in raised.value.remedy


def test_what_a_setting_ignores_is_left_out(context: Context, tmp_path: Path) -> None:
    pipeline = save_model(tmp_path / "m", {"Rome": "GPE"}, {"annonce": "STATEMENT"}, group="sc")
    text = context.config.read_text(encoding="utf-8")
    context.config.write_text(f"{text}\n[pipeline.ignore]\n'{pipeline}' = ['sc']\n", encoding="utf-8")
    assert spans(context, str(pipeline)) == [("entities", 0, 4, "GPE")]


def test_a_layer_that_the_schema_lacks_has_no_source(context: Context) -> None:
    text = context.config.read_text(encoding="utf-8")
    context.config.write_text(text.replace('events = "sc"', 'event = "sc"'), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"layer 'event' under .* is not in the label schema.*entities, events"):
        spans(context)


def test_the_pipeline_chosen_last_is_read_by_its_own_settings(context: Context, tmp_path: Path) -> None:
    pipeline = save_model(tmp_path / "unconfigured", {"Rome": "PER"}, {})
    init(context, lambda _: None)
    with open_store(context) as store, store.writing() as transaction:
        put_in_force(transaction, PipelineInForce(str(pipeline), instead_of=context.settings.pipeline.name))
    assert spans(context) == [("entities", 0, 4, "PER")]


def test_the_number_of_processes_comes_from_the_call_else_from_the_settings(context: Context) -> None:
    source = context.settings.pipeline.name
    assert load_pipeline(context, source)._workers == 1
    assert load_pipeline(context, source, workers=3)._workers == 3
