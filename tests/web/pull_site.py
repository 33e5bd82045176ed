"""A real server with dataset versions to be pulled from it, on a store that can be added to and exported meanwhile."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from msgspec.structs import replace

from curator.bootstrap.context import Context
from curator.bootstrap.datasets import export
from curator.bootstrap.formats import convert, formats
from curator.bootstrap.schemas import adopt_configured
from curator.bootstrap.stores import open_store
from curator.domain.canonical import document_id
from curator.domain.dataset_ref import DatasetRef
from curator.domain.split import Assignment
from curator.domain.token import Scope
from curator.settings import ExportSettings, read_settings
from curator.steps.datasets.tags import tag_version
from curator.steps.in_force.tokens import issue
from tests.conftest import ROOT, free_port
from tests.domain.annotations import annotation
from tests.fakes.parts import region
from tests.store.conftest import arrival
from tests.waiting import HANG_SECONDS
from tests.web.serving import Serving

_CONFIG = ROOT / "configs" / "curator.toml"


def text(number: int) -> str:
    """Return the text of a document."""
    return f"Paris a reçu lundi la délégation numéro {number}, a fait savoir la mairie. " + "Le port attend. " * 40


@dataclass(frozen=True)
class PullSite:
    """Where it is asked, and the folder that versions are written to; `token` opens the pull API."""

    serving: Serving
    context: Context
    exports: Path
    token: str
    webhook_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.serving.port}"

    def client(self, token: str | None = None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=HANG_SECONDS, trust_env=False)

    def issue(self, scope: Scope = Scope.API) -> str:
        with open_store(self.context) as store:
            return issue(store, "ada", scope, 1)[1]

    def add(self, numbers: range) -> None:
        """Put annotated documents into the store."""
        with open_store(self.context) as store:
            adopt_configured(self.context, store, lambda _: None)
            ids = [document_id(text(number)) for number in numbers]
            with store.writing() as transaction:
                transaction.documents.add([arrival(text(number), f"{number}.txt") for number in numbers])
                transaction.documents.assign([Assignment(document, "train", "hash") for document in ids])
                for number, document in zip(numbers, ids, strict=True):
                    state = annotation(number=number + 1, body=[region(0, 5, "GPE")]).state
                    transaction.revisions.append(state.identity, document, state)

    def export(self) -> int:
        """Write the next version and return its number."""
        return export(self.context, "news", None, lambda _: None).version

    def exporting(self) -> "subprocess.Popen[bytes]":
        """Begin to write the next version in a process of its own."""
        command = [sys.executable, "-m", "curator", "--workspace", str(self.context.workspace.root), "export", "news"]
        environment = {**os.environ, **self.serving.settings}
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def tag(self, number: int, name: str = "stable") -> None:
        with open_store(self.context) as store:
            tag_version(store, DatasetRef("news", number), name)

    def file(self, number: int, file: str = "train.jsonl") -> Path:
        return self.exports / "news" / f"v{number}" / file


@contextmanager
def serving_pull_site(folder: Path, documents: int = 30, **settings: str) -> Iterator[PullSite]:
    """Serve a version of so many documents, tagged `stable` and converted to two formats, as long as the block lasts.

    Others than this machine could reach it, so that nobody pulls without a token.
    """
    exports, webhook_port = folder / "exports", free_port()
    public = {"HOOK__PUBLIC_URL": "https://curator.example", "HOOK__WEBHOOK_PORT": str(webhook_port)}
    serving = Serving(folder, EXPORT__PATH=str(exports), **public, **settings)
    given = replace(read_settings(_CONFIG), export=ExportSettings(exports), label_schema=ROOT / "configs/labels.yaml")
    context = Context(serving.workspace, _CONFIG, given=given)
    with open_store(context) as store:
        _, token = issue(store, "ada", Scope.API, 1)
    site = PullSite(serving, context, exports, token, webhook_port)
    site.add(range(documents))
    site.tag(site.export())
    for _ in convert(context, "news@1", formats(["brat", "conll"])):
        pass
    try:
        serving.start()
        yield site
    finally:
        serving.kill()
