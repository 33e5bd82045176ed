"""The pipeline in force: the one whose predictions annotators start from."""

from dataclasses import dataclass

from curator.domain.prediction import PipelineId
from curator.steps.ports.store import Store, Transaction

_NAME = "pipeline"


@dataclass(frozen=True, slots=True)
class PipelineInForce:
    """A pipeline's name or path, what the configuration named when it was put in force, its id once it predicted."""

    source: str
    instead_of: str
    id: PipelineId | None = None


def pipeline_in_force(transaction: Transaction) -> PipelineInForce | None:
    """Return the pipeline in force, or None where none ever was."""
    value = transaction.settings.get(_NAME)
    if value is None:
        return None
    name, _, digest = (value["id"] or "").rpartition("@")
    return PipelineInForce(value["source"], value["instead_of"], PipelineId(name, digest) if digest else None)


def put_in_force(transaction: Transaction, pipeline: PipelineInForce) -> None:
    """Let this pipeline be the one from now on. Idempotent."""
    transaction.settings.put(
        _NAME,
        {
            "source": pipeline.source,
            "instead_of": pipeline.instead_of,
            "id": None if pipeline.id is None else str(pipeline.id),
        },
    )


def source_in_force(store: Store, configured: str) -> str:
    """Return the name or path of the pipeline to predict with: that of the one in force, else the configured one."""
    with store.reading() as transaction:
        pipeline = pipeline_in_force(transaction)
    # A configuration that was changed since says more than an old choice.
    if pipeline is None or pipeline.instead_of != configured:
        return configured
    return pipeline.source
