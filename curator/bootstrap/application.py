"""Everything a command needs, made from settings and workspace when it is first asked for."""

import uuid
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from curator.bootstrap.workspace import Ports, Workspace
from curator.domain.errors import SettingsError
from curator.domain.policy import Policy
from curator.domain.schema import LabelSchema
from curator.domain.split import SplitRule
from curator.files.schema_file import read_schema
from curator.files.versions import VersionFolder
from curator.settings import Settings
from curator.steps.curation.decide import Rules
from curator.steps.datasets.freeze import Frozen, freeze
from curator.steps.desk.connect_backend import ML_PATH
from curator.steps.desk.publish import HOOK_PATH, SECRET_HEADER, Hook
from curator.steps.desk.reconcile import DeletionGuard
from curator.steps.in_force.schema import adopt_schema
from curator.steps.intake.ingest import Ingested, ingest
from curator.steps.learning.train import DatasetRef
from curator.steps.ports.documents import Language, Nearness, Reader
from curator.steps.ports.ml_backends import Backend
from curator.steps.ports.progress import Progress
from curator.store.database import SqlStore, open_engine, open_file
from curator.store.inbox import SqliteInbox
from curator.store.migrate import upgrade

if TYPE_CHECKING:
    from curator.label_studio.client import LabelStudioServer
    from curator.spacy_models.annotator import SpacyPipeline
    from curator.steps.desk.receive import Receiver

EMBEDDED = "embedded"
_CHOSEN = "chosen_pipeline"


class Application:
    """The parts of curator, put together; slow libraries are loaded only by the commands that need them."""

    def __init__(self, settings: Settings, workspace: Workspace, config: Path) -> None:
        self.settings = settings
        self.workspace = workspace
        self.config = config

    def close(self) -> None:
        """Close every connection that is open. The parts can go on being used, and open new ones."""
        made = self.__dict__
        if "server" in made:
            self.server.close()
        if "store_as_is" in made:
            self.store_as_is.engine.dispose()
        if "inbox" in made:
            self.inbox.engine.dispose()

    def apart(self, workspace: Workspace) -> "Application":
        """Return an application in another workspace, with a Label Studio, a store and exports all of its own."""
        own = {
            "label_studio": self.settings.label_studio.model_copy(update={"url": ""}),
            "database": self.settings.database.model_copy(update={"url": SecretStr("")}),
            "export": self.settings.export.model_copy(update={"path": workspace.root / "exports"}),
        }
        return Application(self.settings.model_copy(update=own), workspace, self.config)

    @cached_property
    def store(self) -> SqlStore:
        """The store, brought up to date where it is a SQLite file of this workspace."""
        if not self.settings.database.url.get_secret_value():
            self.workspace.make()
            upgrade(self.store_as_is.engine)
        return self.store_as_is

    @cached_property
    def store_as_is(self) -> SqlStore:
        """The store whether it is there or not; nothing is made or migrated."""
        url = self.settings.database.url.get_secret_value()
        return SqlStore(open_engine(url) if url else open_file(self.workspace.store))

    @cached_property
    def inbox(self) -> SqliteInbox:
        self.workspace.make()
        return SqliteInbox(self.workspace.inbox)

    @cached_property
    def schema(self) -> LabelSchema:
        """The label schema of the configured file."""
        return read_schema(self.settings.label_schema)

    def adopt_schema(self) -> list[str]:
        """Put the configured schema in force; returns what changed, one line each."""
        return adopt_schema(self.store, self.schema, str(self.settings.label_schema))

    @cached_property
    def reader(self) -> Reader:
        from curator.files.documents import FileReader

        return FileReader(self.settings.ingest.max_text_bytes)

    @cached_property
    def language(self) -> Language:
        from curator.files.language import detect_language

        return detect_language

    @cached_property
    def nearness(self) -> Nearness:
        from curator.files.nearness import MinHashNearness

        return MinHashNearness()

    @cached_property
    def split_rule(self) -> SplitRule:
        split = self.settings.split
        return SplitRule(split.seed, {"train": split.train, "dev": split.dev, "test": split.test})

    def ingest(self, paths: Sequence[str], progress: Progress) -> Ingested:
        """Take in all documents at the paths, by the configured schema and split rule."""
        return ingest(
            paths,
            reader=self.reader,
            language=self.language,
            nearness=self.nearness,
            store=self.store,
            schema=self.schema,
            rule=self.split_rule,
            progress=progress,
        )

    def export(self, name: str, as_of: str | None = None) -> Frozen:
        """Write the next version of a dataset where anything changed."""
        from curator.bootstrap.reading import READ_ANNOTATION

        return freeze(
            name,
            store=self.store,
            storage=self.storage,
            rules=self.rules(),
            read_content=READ_ANNOTATION,
            as_of=as_of,
            code_version=self.code_version,
        )

    def pipeline(self, name: str | None = None, workers: int | None = None) -> "SpacyPipeline":
        """Return the pipeline of a name or path; else the one chosen last, else the configured one."""
        from curator.spacy_models.annotator import Reading, SpacyPipeline

        configured = self.settings.pipeline
        source = self.pipeline_source(name)
        reading = Reading(
            self.schema.layer_names,
            self.schema.labels_of,
            configured.label_map.get(source, {}),
            configured.span_groups.get(source, {}),
        )
        return SpacyPipeline(source, reading, workers or configured.workers)

    def pipeline_source(self, name: str | None = None) -> str:
        """Return the name or path of the pipeline that `pipeline` loads."""
        return name or self._chosen_pipeline() or self.settings.pipeline.name

    def choose_pipeline(self, name: str) -> None:
        """Let this pipeline be the one from now on, until another is chosen or configured."""
        with self.store.writing() as transaction:
            transaction.settings.put(_CHOSEN, {"source": name, "instead_of": self.settings.pipeline.name})

    def _chosen_pipeline(self) -> str | None:
        with self.store.reading() as transaction:
            chosen = transaction.settings.get(_CHOSEN)
        # A configuration that was changed since says more than an old choice.
        if chosen is None or chosen["instead_of"] != self.settings.pipeline.name:
            return None
        return str(chosen["source"])

    @property
    def embedded(self) -> bool:
        return not self.settings.label_studio.url

    @property
    def ports(self) -> Ports:
        """Where the embedded server and the hook listen: as the last `up` had it, else as configured."""
        return self.workspace.ports() or Ports(self.settings.label_studio.port, self.settings.hook.port)

    @property
    def label_studio_url(self) -> str:
        configured = self.settings.label_studio.url.rstrip("/")
        return configured or f"http://127.0.0.1:{self.ports.label_studio}"

    @property
    def label_studio_token(self) -> str:
        if self.embedded:
            return self.workspace.credentials().token
        token = self.settings.label_studio.token.get_secret_value()
        if not token:
            raise SettingsError("no token for Label Studio", self.label_studio_url, "set CURATOR_LABEL_STUDIO__TOKEN")
        return token

    @cached_property
    def server(self) -> "LabelStudioServer":
        """Label Studio, embedded or configured."""
        import stamina.instrumentation

        from curator.label_studio.client import LabelStudioServer

        # What came of all tries is told in one line by whoever asked.
        stamina.instrumentation.set_on_retry_hooks([])
        name = EMBEDDED if self.embedded else self.label_studio_url
        configured = self.settings.label_studio
        return LabelStudioServer(
            name,
            self.label_studio_url,
            self.label_studio_token,
            configured.timeout,
            configured.annotators_per_document,
        )

    @property
    def hook(self) -> Hook:
        """Where Label Studio shall deliver to."""
        return Hook(self._hook_base + HOOK_PATH, {SECRET_HEADER: self.workspace.credentials().hook_secret})

    @property
    def ml_backend(self) -> Backend:
        """Where Label Studio shall ask for predictions."""
        login = self.workspace.ml_login()
        return Backend(self._hook_base + ML_PATH, login.username, login.password)

    @property
    def _hook_base(self) -> str:
        hook = self.settings.hook
        return hook.public_url.rstrip("/") or f"http://{hook.host}:{self.ports.hook}"

    @cached_property
    def receiver(self) -> "Receiver":
        from curator.bootstrap.reading import READ_ANNOTATION
        from curator.label_studio.payloads import read_delivery
        from curator.steps.desk.accept import Acceptor
        from curator.steps.desk.receive import Receiver

        acceptor = Acceptor(self.store, self.server, self.schema, READ_ANNOTATION)
        return Receiver(self.inbox, self.store, acceptor, read_delivery)

    def guard(self, accepted: bool) -> DeletionGuard:
        return DeletionGuard(share=self.settings.sync.max_deletion_share, accepted=accepted)

    def marker(self) -> str:
        """Return what tells this workspace's project from others in Label Studio."""
        return f"curator:{self._kept('workspace', str(uuid.uuid4()))}"

    def rules(self) -> Rules:
        """Return the rules of decisions, with the store's own salt for pseudonyms."""
        export = self.settings.export
        return Rules(Policy(export.policy), export.named_annotators, self._kept("salt", uuid.uuid4().hex))

    def _kept(self, name: str, fresh: str) -> str:
        """Return a value that is made up once and then stays."""
        with self.store.writing() as transaction:
            if transaction.settings.get(name) is None:
                transaction.settings.put(name, fresh)
            return str(transaction.settings.get(name))

    @property
    def storage(self) -> VersionFolder:
        return VersionFolder(self.settings.export.path)

    def version_folder(self, ref: DatasetRef) -> Path:
        """Return the folder of a dataset version. Raises CuratorError where there is none."""
        self.storage.manifest(ref.name, ref.number)
        return self.storage.path(ref.name, ref.number)

    @property
    def models(self) -> Path:
        """The folder that trained pipelines are kept in."""
        return self.workspace.root / "models"

    @property
    def code_version(self) -> str:
        return version("curator")
