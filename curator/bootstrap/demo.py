"""The whole loop, unattended, against a real Label Studio; the reviewer is simulated from gold."""

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from curator.bootstrap.application import Application
from curator.bootstrap.up import Front, bring_in, running, stoppable
from curator.bootstrap.workspace import Ports
from curator.domain.errors import CuratorError
from curator.domain.record import Record
from curator.files.records import read_records
from curator.steps.datasets.freeze import Frozen
from curator.steps.datasets.version_changes import VersionHistory
from curator.steps.learning.evaluate import Evaluation, evaluate
from curator.steps.learning.train import dataset_ref, train

_DATASET = "demo"
_ARRIVAL_SECONDS = 60.0


def demo(application: Application, ports: Ports, gold: Path, front: Front) -> bool:
    """Take the corpus through two rounds of review to a trained model, and return whether it beat
    the pipeline that is in force.

    Everything stays in the application's workspace, which should be one of its own. Raises CuratorError where any
    joint of the loop does not hold; whatever was started is stopped in the end.
    """
    # In the order of their names.
    records = read_records(sorted(gold.glob("*.jsonl")) if gold.is_dir() else [gold])
    with stoppable(), running(application, ports, front):
        bring_in(application, application.settings.corpus, front)
        first = _round(application, records[::2], front)
        second = _round(application, records[1::2], front)
        _tell_difference(application, first, second, front)
        return _train_and_gate(application, second, front)
    return False  # stopped by a signal


def _round(application: Application, records: Sequence[Record], front: Front) -> Frozen:
    """Submit gold as a reviewer would, wait until all of it has come by webhook, and export a version."""
    from curator.label_studio.results import write_result

    server = application.server
    with application.store.reading() as transaction:
        known = transaction.tasks.project(server.name)
        tasks = transaction.tasks.live(server.name, known[0]) if known else {}
        done_before = {annotation.document for annotation in transaction.revisions.current()}
        before = transaction.counts()["annotations"]
    task_of = {document: task for task, document in tasks.items() if document not in done_before}
    reviewed = [record for record in records if record.id in task_of]
    with front.stage("review") as tell:
        for done, record in enumerate(reviewed, start=1):
            server.submit(task_of[record.id], write_result(record.content, record.text))
            tell(done, len(reviewed))
    _wait(application, before + len(reviewed))
    front.say(f"reviewed {len(reviewed)} documents in Label Studio; every one is in the store")
    frozen = application.export(_DATASET)
    front.say(f"exported {_DATASET} v{frozen.version} to {frozen.path}")
    return frozen


def _wait(application: Application, expected: int) -> None:
    deadline = time.monotonic() + _ARRIVAL_SECONDS
    while time.monotonic() < deadline:
        with application.store.reading() as transaction:
            if transaction.counts()["annotations"] >= expected:
                return
        time.sleep(0.2)
    raise CuratorError("reviews did not arrive by webhook", str(application.workspace.hook_log), "see the log")


def _tell_difference(application: Application, first: Frozen, second: Frozen, front: Front) -> None:
    changes = VersionHistory(application.storage).changes(_DATASET, second.version)
    if first.version == second.version:
        front.say(f"nothing was new: v{second.version} stands")
    elif changes is not None:
        front.say(
            f"v{first.version} → v{second.version}: {changes.added} documents added, {changes.changed} changed, "
            f"{changes.removed} removed"
        )


def _train_and_gate(application: Application, version: Frozen, front: Front) -> bool:
    """Train on the version and compare with the pipeline in force on its test documents; only a better model passes."""
    from curator.spacy_models.trainer import train as trainer

    settings = application.settings.train
    with front.stage("train") as tell:
        model = train(
            dataset_ref(f"{_DATASET}@{version.version}"),
            settings.config,
            application.models,
            storage=application.storage,
            store=application.store,
            trainer=partial(trainer, least_train=settings.min_train, least_dev=settings.min_dev),
            progress=tell,
        )
    test = read_records([version.path / "test.jsonl"])
    if not test:
        raise CuratorError("no test documents to gate the model by", str(version.path), "review more documents")
    layers = application.schema.layer_names
    current = evaluate(application.pipeline(), test, layers)
    trained = evaluate(application.pipeline(str(model.path)), test, layers)
    front.say(
        f"on {len(test)} test documents, F1: {current.pipeline} {_shown(current)}; {model.name} {_shown(trained)}"
    )
    better = trained.mean_f1 > current.mean_f1
    front.say(f"{model.name} " + ("is better and passes the gate" if better else "is no better: not promoted"))
    return better


def _shown(found: Evaluation) -> str:
    return ", ".join(f"{layer} {one.tally.measures().f1:.3f}" for layer, one in found.layers.items())
