"""Which pipeline's predictions annotators start from."""

from contextlib import suppress
from dataclasses import replace

from curator.domain.annotation import ProjectSource
from curator.domain.errors import ServerRefused
from curator.domain.prediction import adopted_pipeline
from curator.steps.in_force.pipeline import pipeline_in_force
from curator.steps.ports.label_server import LabelServer, ProjectRef
from curator.steps.ports.store import Store


def show_newest(store: Store, server: LabelServer, project: int) -> None:
    """Make annotators start from the predictions of the pipeline in force, or of the one that predicted last."""
    with store.reading() as transaction:
        chosen = pipeline_in_force(transaction)
        pipeline = chosen.id if chosen else None
        if pipeline is None or not transaction.tasks.was_sent(server.name, project, pipeline):
            pipeline = transaction.tasks.newest_sent(server.name, project)
    current = server.project(project)
    if current is not None and pipeline is not None and current.model_version != str(pipeline):
        # Label Studio refuses a pipeline whose predictions somebody has deleted there: then nothing is to be shown.
        with suppress(ServerRefused):
            server.show_predictions_of(project, str(pipeline))
            current = replace(current, model_version=str(pipeline))
    note_shown(store, server.name, current)


def note_shown_of_adopted(store: Store, server: LabelServer, project: int) -> None:
    """Remember which of the predictions that it has an adopted project shows. Idempotent."""
    current = server.project(project)
    if current is not None:
        version = current.model_version
        pipeline = str(adopted_pipeline(str(ProjectSource(server.name, project)), version)) if version else ""
        note_shown(store, server.name, replace(current, model_version=pipeline))


def note_shown(store: Store, server: str, project: ProjectRef | None) -> None:
    """Remember which pipeline's predictions a project, None where it is gone, shows, whoever chose it. Idempotent."""
    if project is None:
        return
    with store.reading() as transaction:
        shown = transaction.lineage.shown(server, project.id)
    if shown != project.model_version:
        with store.writing() as transaction:
            transaction.lineage.save_shown(server, project.id, project.model_version)
