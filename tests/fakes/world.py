"""A store, an inbox and a Label Studio in memory, put together as the application puts them."""

import copy
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from curator.bootstrap.reading import READ_ANNOTATION
from curator.bootstrap.receiving import delivery_reader
from curator.domain.document import RawDocument
from curator.domain.schema import LabelSchema
from curator.label_studio.interface_reading import read_interface
from curator.steps.desk.accept import Acceptor
from curator.steps.desk.adopt import Adopted, adopt_project, check_adoptable
from curator.steps.desk.adopted import StoredAdoptions
from curator.steps.desk.deletions import DeletionGuard
from curator.steps.desk.publish import Hook, Published, publish
from curator.steps.desk.push_lease import push_lease
from curator.steps.desk.receive import Receiver, applier_lease
from curator.steps.desk.reconcile import reconcile
from curator.steps.desk.report import ReconciliationReport
from curator.steps.in_force.schema import adopt_schema
from curator.steps.intake.ingest import Ingested, ingest
from curator.steps.learning.preannotate import preannotate_stored
from curator.steps.ports.adopted import NOTHING_ADOPTED
from curator.steps.ports.deliveries import Inbox
from curator.steps.ports.documents import Refused
from curator.steps.ports.newcomers import Newcomers
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store
from curator.steps.ports.stored_readings import Readings
from curator.store.counting import ReadingIndex
from curator.store.database import SqlStore
from curator.store.engines import open_engine
from curator.store.inbox import SqliteInbox
from curator.store.migrate import upgrade
from curator.store.views.status import SqlStatus
from curator.views.annotations import current_annotations
from curator.views.status import status
from tests.fakes.label_server import FakeLabelServer
from tests.fakes.parts import RULE, SCHEMA, NamePipeline, Texts, WordNearness, french, raw, silent

HOOK = Hook("http://127.0.0.1:9/webhooks/label-studio", {"X-Curator-Secret": "s3cret"})
MARKER = "curator:tests"
NEWCOMERS = Newcomers(french, WordNearness(), RULE, 100_000)
_DATABASES = ("store.sqlite3", "inbox.sqlite3")


def sqlite_store(path: Path) -> SqlStore:
    """Return a store on a file that need not survive a crash of the machine, which makes it fast."""
    engine = open_engine(f"sqlite:///{path}")
    _hasten(engine)
    upgrade(engine)
    return SqlStore(engine)


def sqlite_inbox(path: Path) -> SqliteInbox:
    """Return an inbox on a file that need not survive a crash of the machine."""
    inbox = SqliteInbox(path)
    _hasten(inbox.engine)
    return inbox


def _hasten(engine: Engine) -> None:
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    engine.dispose()


@dataclass(frozen=True)
class Kept:
    """All of a world at one moment."""

    databases: dict[str, sqlite3.Connection]
    server: FakeLabelServer


@dataclass
class World:
    """One curator and its Label Studio; `folder` holds the databases."""

    folder: Path
    server: FakeLabelServer = field(default_factory=FakeLabelServer)
    schema: LabelSchema = SCHEMA
    guard: DeletionGuard = field(default_factory=DeletionGuard)

    def __post_init__(self) -> None:
        self.sql = sqlite_store(self.folder / "store.sqlite3")
        self.store: Store = self.sql
        self.sql_inbox = sqlite_inbox(self.folder / "inbox.sqlite3")
        self.inbox: Inbox = self.sql_inbox
        self._kept: list[Kept] = []
        adopt_schema(self.store, self.schema, "tests")
        self.restart()

    def close(self) -> None:
        """Close every connection, once the threads that count labels have given theirs back."""
        for thread in threading.enumerate():
            if thread.name == "tally":
                thread.join()
        self.sql.engine.dispose()
        self.sql_inbox.engine.dispose()
        for kept in self._kept:
            for connection in kept.databases.values():
                connection.close()

    def keep(self) -> Kept:
        """Return a copy of everything, to begin again from as often as wanted until this world is closed."""
        databases = {}
        for name in _DATABASES:
            databases[name] = sqlite3.connect(":memory:")
            with closing(sqlite3.connect(self.folder / name)) as source:
                source.backup(databases[name])
        # What the store knows is no part of a copy.
        self.server.adopted = NOTHING_ADOPTED
        self._kept.append(Kept(databases, copy.deepcopy(self.server)))
        self.restart()
        return self._kept[-1]

    def back_to(self, kept: Kept) -> None:
        for name, source in kept.databases.items():
            with closing(sqlite3.connect(self.folder / name)) as target:
                source.backup(target)
        self.server = copy.deepcopy(kept.server)
        self.restart()

    def restart(self) -> Receiver:
        """Begin again as another process would."""
        lease = applier_lease(self.store)
        self.server.adopted = StoredAdoptions(self.store, self.server.name)
        acceptor = Acceptor(self.store, self.server, self.schema, READ_ANNOTATION, lease, self.guard)
        reader = delivery_reader(self.store, self.server.name)
        self.receiver = Receiver(self.inbox, self.store, acceptor, reader, lambda: NEWCOMERS)
        return self.receiver

    def ingest(self, *documents: RawDocument | Refused | str) -> Ingested:
        reader = Texts(
            *(
                raw(f"{document[:12]}.txt", document) if isinstance(document, str) else document
                for document in documents
            )
        )
        return ingest(
            reader.paths,
            reader=reader,
            language=french,
            nearness=WordNearness(),
            store=self.store,
            schema=self.schema,
            rule=RULE,
            progress=silent,
        )

    def preannotate(self, pipeline: NamePipeline | None = None, progress: Progress = silent) -> int:
        pipeline = pipeline or NamePipeline()
        return preannotate_stored(pipeline, self.store, progress, source=pipeline.id.name, configured="names").documents

    def push(self, hook: Hook = HOOK) -> Published:
        with push_lease(self.store, self.server.name, "tests") as lease:
            return publish(self.store, self.server, self.schema, MARKER, hook, lease, silent)

    def with_tasks(self, *texts: RawDocument | str) -> list[int]:
        """Ingest and push; returns the tasks in the order of the texts."""
        self.ingest(*texts)
        self.push()
        texts_of_tasks = [text if isinstance(text, str) else text.text for text in texts]
        task_of = {ref.text: task for task, ref in self.server.known_tasks(self.project).items()}
        return [task_of[text] for text in texts_of_tasks]

    @property
    def project(self) -> int:
        with self.store.reading() as transaction:
            project = transaction.tasks.project(self.server.name)
        assert project is not None
        return project[0]

    def deliver(self, *bodies: bytes) -> None:
        """Put deliveries, all that Label Studio sent if none are given, into the inbox and apply what waits."""
        for body in bodies or self.server.take_outbox():
            self.inbox.put(body)
        self.receiver.drain()

    def sync(
        self, *, full: bool = False, accepted: bool = False, without_doubled: bool = False
    ) -> ReconciliationReport:
        acceptor = self.receiver.acceptor
        acceptor.guard = replace(self.guard, accepted=accepted or self.guard.accepted)
        try:
            return reconcile(self.receiver, HOOK, full, silent, without_doubled, NEWCOMERS)
        finally:
            acceptor.guard = self.guard

    def adopt(self, project: int, *, write_keys: bool = False, accepted: bool = False) -> Adopted:
        acceptor = self.receiver.acceptor
        acceptor.guard = replace(self.guard, accepted=accepted or self.guard.accepted)
        found, interface = check_adoptable(self.store, self.server, project, MARKER, read_interface)
        try:
            return adopt_project(self.receiver, HOOK, found, interface, NEWCOMERS, silent, write_keys=write_keys)
        finally:
            acceptor.guard = self.guard

    def current_states(self) -> dict[tuple[int, str], Any]:
        """Return the state of every annotation that the store holds for current, by id and time of creation."""
        with self.store.reading() as transaction:
            revisions = list(transaction.revisions.current_revisions())
        return {(int(revision.identity.key), revision.identity.created_at): revision.state for revision in revisions}

    def causes(self) -> list[str]:
        """Return the causes of the dead letters."""
        return [letter.cause for letter in reversed(self.inbox.recent(100, "dead"))]

    def revisions(self) -> int:
        with self.store.reading() as transaction:
            return int(transaction.counts()["revisions"])

    @property
    def readings(self) -> Readings:
        """The index of readings, brought up to date when somebody asks it."""
        return ReadingIndex(self.sql.engine, READ_ANNOTATION)

    def status(self) -> dict[str, Any]:
        """Count everything, once all is read."""
        self.readings.catch_up()
        return status(SqlStatus(self.sql.engine, self.sql_inbox.engine))

    def annotations(self) -> list[dict[str, Any]]:
        return list(current_annotations(self.store, self.schema, READ_ANNOTATION))

    def equals_server(self) -> bool:
        truth = {
            (number, state.identity.created_at): state
            for number, (state, _) in self.server.annotations(self.project).items()
        }
        return self.current_states() == truth
