import pytest

from curator.domain.prediction import PipelineId
from curator.steps.in_force.pipeline import PipelineInForce, pipeline_in_force, put_in_force, source_in_force
from tests.fakes.world import World


def test_before_any_the_configured_pipeline_predicts(world: World) -> None:
    with world.store.reading() as transaction:
        assert pipeline_in_force(transaction) is None
    assert source_in_force(world.store, "configured") == "configured"


@pytest.mark.parametrize("id", [None, PipelineId("ours", "d1"), PipelineId("a@b", "d1")])
def test_a_pipeline_put_in_force_is_read_back(world: World, id: PipelineId | None) -> None:
    pipeline = PipelineInForce("models/ours", "configured", id)
    with world.store.writing() as transaction:
        put_in_force(transaction, pipeline)
        assert pipeline_in_force(transaction) == pipeline


def test_a_configuration_that_was_changed_says_more_than_an_old_choice(world: World) -> None:
    with world.store.writing() as transaction:
        put_in_force(transaction, PipelineInForce("models/ours", "configured"))
    assert source_in_force(world.store, "configured") == "models/ours"
    assert source_in_force(world.store, "changed") == "changed"


def test_the_pipeline_that_predicted_last_is_in_force(world: World) -> None:
    world.ingest("Anna à Paris")
    world.preannotate()
    with world.store.reading() as transaction:
        assert pipeline_in_force(transaction) == PipelineInForce("names", "names", PipelineId("names", "d1"))
