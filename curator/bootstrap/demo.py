"""The whole loop, unattended, against a real Label Studio; the reviewer is simulated from gold."""

import time
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from curator.bootstrap.context import Context
from curator.bootstrap.datasets import export, version_storage
from curator.bootstrap.learning import train
from curator.bootstrap.pipelines import load_pipeline, pipeline_source
from curator.bootstrap.schemas import configured_schema
from curator.bootstrap.servers import open_server
from curator.bootstrap.stopping import stoppable
from curator.bootstrap.stores import open_store
from curator.bootstrap.up import Front, bring_in, running
from curator.bootstrap.workspace import Ports, Workspace
from curator.domain.errors import CuratorError
from curator.domain.record import Record
from curator.files.records import read_records
from curator.settings import Secret
from curator.steps.datasets.comparing.version_changes import VersionHistory
from curator.steps.datasets.freeze import Frozen
from curator.steps.learning.evaluate import Evaluation, evaluate
from curator.steps.ports.store import Store

_DATASET = "demo"
_ARRIVAL_SECONDS = 60.0


def apart(context: Context) -> Context:
    """Return a context in a workspace inside this one, with a Label Studio, a store and exports all of its own."""
    workspace = Workspace(context.workspace.root / "demo")
    settings = context.settings
    own = {
        "label_studio": replace(settings.label_studio, url=""),
        "database": replace(settings.database, url=Secret()),
        "export": replace(settings.export, path=workspace.root / "exports"),
    }
    return Context(workspace, context.config, context.verbose, replace(settings, **own))


def demo(context: Context, ports: Ports, gold: Path, front: Front) -> bool | None:
    """Take the corpus through two rounds of review to a trained model, and return whether it beat
    the pipeline that is in force; None where a signal stopped it before.

    Everything stays in the context's workspace, which should be one of its own. Raises CuratorError where any
    joint of the loop does not hold; whatever was started is stopped in the end.
    """
    # In the order of their names.
    records = read_records(sorted(gold.glob("*.jsonl")) if gold.is_dir() else [gold])
    with stoppable(), running(context, ports, front):
        bring_in(context, context.settings.corpus, front)
        first = _round(context, records[::2], front)
        second = _round(context, records[1::2], front)
        _tell_difference(context, first, second, front)
        return _train_and_gate(context, second, front)
    return None


def _round(context: Context, records: Sequence[Record], front: Front) -> Frozen:
    """Submit gold as a reviewer would, wait until all of it has come by webhook, and export a version."""
    from curator.label_studio.results import write_result

    with open_store(context) as store, open_server(context, store) as server:
        with store.reading() as transaction:
            project = transaction.tasks.project(server.name)
            tasks = transaction.tasks.live(server.name, project[0]) if project else {}
            done_before = {annotation.document for annotation in transaction.revisions.current()}
            before = transaction.counts()["annotations"]
        task_of = {document: task for task, document in tasks.items() if document not in done_before}
        reviewed = [record for record in records if record.id in task_of]
        with front.stage("review") as tell:
            for done, record in enumerate(reviewed, start=1):
                server.submit(task_of[record.id], write_result(record.content, record.text))
                tell(done, len(reviewed))
        _await_reviews(context, store, before + len(reviewed))
    front.say(f"reviewed {len(reviewed)} documents in Label Studio; every one is in the store")
    frozen = export(context, _DATASET, None, front.say)
    front.say(f"exported {_DATASET} v{frozen.version} to {frozen.path}")
    return frozen


def _await_reviews(context: Context, store: Store, expected: int) -> None:
    deadline = time.monotonic() + _ARRIVAL_SECONDS
    while time.monotonic() < deadline:
        with store.reading() as transaction:
            if transaction.counts()["annotations"] >= expected:
                return
        time.sleep(0.2)
    raise CuratorError("reviews did not arrive by webhook", str(context.workspace.hook_log), "see the log")


def _tell_difference(context: Context, first: Frozen, second: Frozen, front: Front) -> None:
    changes = VersionHistory(version_storage(context)).changes(_DATASET, second.version)
    if first.version == second.version:
        front.say(f"nothing was new: v{second.version} stands")
    elif changes is not None:
        front.say(
            f"v{first.version} → v{second.version}: {changes.added} documents added, {changes.changed} changed, "
            f"{changes.removed} removed"
        )


def _train_and_gate(context: Context, version: Frozen, front: Front) -> bool:
    """Train on the version and compare with the pipeline in force on its test documents; only a better model passes."""
    with front.stage("train") as tell:
        model = train(context, f"{_DATASET}@{version.version}", None, None, tell)
    test = read_records([version.path / "test.jsonl"])
    if not test:
        raise CuratorError("no test documents to gate the model by", str(version.path), "review more documents")
    layers = configured_schema(context).layer_names
    current = evaluate(load_pipeline(context, pipeline_source(context)), test, layers)
    trained = evaluate(load_pipeline(context, str(model.path)), test, layers)
    front.say(
        f"on {len(test)} test documents, F1: {current.pipeline} {_shown(current)}; {model.name} {_shown(trained)}"
    )
    better = trained.mean_f1 > current.mean_f1
    front.say(f"{model.name} " + ("is better and passes the gate" if better else "is no better: not promoted"))
    return better


def _shown(evaluation: Evaluation) -> str:
    return ", ".join(f"{layer} {result.tally.measures().f1:.3f}" for layer, result in evaluation.layers.items())
