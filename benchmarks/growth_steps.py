"""The steps whose growth is measured, each run in a process of its own: `python -m benchmarks.growth_steps STEP …`.

Every step prints one JSON object: the seconds that its work took, without those that it waited for the stand-in for
Label Studio, its processor time in seconds, and the peak memory of its process in bytes.
"""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, cast

from benchmarks.generated import generated_texts
from benchmarks.label_server_process import connected
from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.annotation import ProjectSource
from curator.domain.policy import Policy
from curator.files.documents import FileReader
from curator.files.nearness import SketchNearness
from curator.files.versions import VersionFolder
from curator.label_studio.payloads import read_delivery
from curator.steps.curation.decide import Rules
from curator.steps.datasets.freeze import freeze
from curator.steps.desk.accept import Acceptor
from curator.steps.desk.deletions import DeletionGuard
from curator.steps.desk.publish import Hook, publish
from curator.steps.desk.push_lease import push_lease
from curator.steps.desk.receive import Receiver, applier_lease
from curator.steps.desk.reconcile import reconcile
from curator.steps.in_force.schema import adopt_schema
from curator.steps.intake.ingest import ingest
from curator.steps.learning.preannotate import preannotate_stored
from curator.steps.ports.label_server import LabelServer, TaskState
from curator.store.counting import ReadingIndex
from curator.store.database import SqlStore
from curator.store.engines import open_file
from curator.store.inbox import SqliteInbox
from curator.store.migrate import upgrade
from curator.store.rows import chunks
from curator.store.views.status import SqlStatus
from curator.views.status import status
from tests.fakes.parts import RULE, SCHEMA, NamePipeline, french, region, silent

CHANGES = 10
_HOOK = Hook("http://127.0.0.1:9/webhooks/label-studio", {"X-Curator-Secret": "secret"})
_RULES = Rules(Policy("latest"), named_annotators=False, salt="salt")


@dataclass(frozen=True, slots=True)
class Bench:
    """A workspace in a folder, with the Label Studio at an address."""

    folder: Path
    address: str
    servers: list[LabelServer] = field(default_factory=list)

    @property
    def corpus(self) -> Path:
        return self.folder / "corpus.jsonl"

    def store(self) -> SqlStore:
        engine = open_file(self.folder / "store.sqlite3")
        upgrade(engine)
        store = SqlStore(engine)
        adopt_schema(store, SCHEMA, "benchmarks")
        return store

    def inbox(self) -> SqliteInbox:
        return SqliteInbox(self.folder / "inbox.sqlite3")

    def server(self) -> LabelServer:
        self.servers.append(connected(self.address)[0])
        return self.servers[-1]

    def waited(self) -> float:
        """Return the seconds for which this process waited for Label Studio."""
        return float(sum(cast(Any, server).waited for server in self.servers))


def write_corpus(bench: Bench, documents: int) -> Callable[[], object]:
    """Write the generated documents."""

    def write() -> None:
        with bench.corpus.open("w", encoding="utf-8") as stream:
            for generated in generated_texts(documents):
                line = {"text": generated.text, "lang": "fr", "meta": {"number": generated.number}}
                stream.write(json.dumps(line, ensure_ascii=False) + "\n")

    return write


def ingest_corpus(bench: Bench, documents: int) -> Callable[[], object]:
    """Take in every document and give it its split."""
    store, nearness = bench.store(), SketchNearness()
    return lambda: ingest(
        [str(bench.corpus)],
        reader=FileReader(1_000_000),
        language=french,
        nearness=nearness,
        store=store,
        schema=SCHEMA,
        rule=RULE,
        progress=silent,
    )


def predict(bench: Bench, documents: int) -> Callable[[], object]:
    """Store predictions of a pipeline that costs nothing."""
    pipeline, store = NamePipeline(), bench.store()
    return lambda: preannotate_stored(pipeline, store, silent, source="names", configured="names")


def push(bench: Bench, documents: int) -> Callable[[], object]:
    """Push all that waits."""
    store, server = bench.store(), bench.server()

    def work() -> None:
        with push_lease(store, server.name, "benchmarks") as lease:
            publish(store, server, SCHEMA, "curator:benchmarks", _HOOK, lease, silent)

    return work


def annotate_all(bench: Bench, documents: int) -> Callable[[], object]:
    """Let every task be annotated, and the store know it, faster than a first reconciliation would."""

    def work() -> None:
        _annotate(bench, None, 2)
        store, (server, _) = bench.store(), connected(bench.address)
        with store.reading() as transaction:
            project = transaction.tasks.project(server.name)
        assert project is not None
        source, last = str(ProjectSource(server.name, project[0])), ""
        for chunk in chunks(server.tasks(project[0]), 500):
            with store.writing() as transaction:
                for task in chunk:
                    assert isinstance(task, TaskState)
                    assert task.ref.document is not None
                    for state in task.annotations:
                        transaction.revisions.append(state.identity, task.ref.document, state)
                    last = max(last, task.updated_at)
                transaction.revisions.save_watermark(source, last)
        # As the applier does after every delivery.
        ReadingIndex(store.engine, READ_ANNOTATION).catch_up()

    return work


def change_some(bench: Bench, documents: int) -> Callable[[], object]:
    """Let ten tasks, spread over the project, be annotated once more."""
    return lambda: _annotate(bench, [1 + number * (documents // CHANGES) for number in range(CHANGES)], 4)


def _annotate(bench: Bench, tasks: list[int] | None, end: int) -> None:
    store, (server, served) = bench.store(), connected(bench.address)
    with store.reading() as transaction:
        project = transaction.tasks.project(server.name)
    assert project is not None
    served.annotate_tasks(project[0], tasks, [region(0, end, "GPE")])


def sync(bench: Bench, documents: int) -> Callable[[], object]:
    """Reconcile with Label Studio."""
    store, inbox, server = bench.store(), bench.inbox(), bench.server()
    acceptor = Acceptor(store, server, SCHEMA, READ_ANNOTATION, applier_lease(store), DeletionGuard())
    receiver = Receiver(inbox, store, acceptor, read_delivery)
    return lambda: reconcile(receiver, _HOOK, False, silent, False)


def export(bench: Bench, documents: int) -> Callable[[], object]:
    """Make the next version of a dataset."""
    store, storage = bench.store(), VersionFolder(bench.folder / "exports")
    return lambda: freeze(
        "news",
        store=store,
        storage=storage,
        rules=_RULES,
        read_content=READ_ANNOTATION,
        as_of=None,
        code_version="benchmarks",
    )


def count(bench: Bench, documents: int) -> Callable[[], object]:
    """Count what `status` prints."""
    store, inbox = bench.store(), bench.inbox()
    view = SqlStatus(store.engine, inbox.engine)

    def work() -> None:
        if view.is_behind():
            ReadingIndex(store.engine, READ_ANNOTATION).catch_up(8)
        status(view)

    return work


STEPS: Mapping[str, Callable[[Bench, int], Callable[[], object]]] = {
    step.__name__: step
    for step in (write_corpus, ingest_corpus, predict, push, annotate_all, change_some, sync, export, count)
}


def main(arguments: list[str]) -> None:
    step, folder, address, documents = arguments
    bench = Bench(Path(folder), address)
    work = STEPS[step](bench, int(documents))
    began, processor = perf_counter(), process_time()
    work()
    seconds = perf_counter() - began - bench.waited()
    print(json.dumps({"seconds": seconds, "processor": process_time() - processor, "peak": _peak()}))


def _peak() -> int:
    """Return the peak memory of this process alone: what `getrusage` tells begins with that of its parent."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) * 1024


if __name__ == "__main__":
    main(sys.argv[1:])
