"""One curator against one real Label Studio: commands as a user types them, a reviewer through the API."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import httpx
import pytest

from curator.cli.main import main
from tests.conftest import ROOT, RunningLabelStudio, free_port
from tests.e2e.agreement import from_label_studio, from_store
from tests.e2e.browser import chromium as chromium
from tests.e2e.relay import Relay
from tests.e2e.small import small_corpus
from tests.waiting import HANG_SECONDS, wait_until

_CORPUS = ROOT / "seeds" / "corpus"
ARTICLES = sum(len(path.read_text("utf-8").splitlines()) for path in _CORPUS.glob("*.jsonl"))
PART = "seeds/corpus/dev.jsonl"
ARTICLES_OF_PART = len((ROOT / PART).read_text("utf-8").splitlines())


def article(folder: Path) -> str:
    """Write the first article of the part to a file of its own, and return its path."""
    path = folder / "article.txt"
    path.write_text(json.loads((ROOT / PART).read_text("utf-8").splitlines()[0])["text"], "utf-8", newline="")
    return str(path)


@dataclass
class Curator:
    """A workspace, its hook and its commands."""

    folder: Path
    env: dict[str, str]

    def run(self, *arguments: str, code: int = 0) -> str:
        """Run a command and return its standard output; its exit code must be `code`."""
        exit_code, out, err = self.try_to_run(*arguments)
        assert exit_code == code, f"{arguments}: {exit_code}\n{out}\n{err}"
        return out

    def try_to_run(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command as its own process would, and return exit code, standard output and standard error."""
        out, err = io.StringIO(), io.StringIO()
        own = {name: value for name, value in self.env.items() if name.startswith("CURATOR_")}
        with mock.patch.dict(os.environ, own), chdir(ROOT), redirect_stdout(out), redirect_stderr(err):
            code = main(list(arguments))
        assert "Traceback" not in err.getvalue()
        return code, out.getvalue(), err.getvalue()

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", code=code))

    def annotations(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run("annotations").split("\n") if line]

    def records(self, name: str, version: int) -> dict[str, dict[str, Any]]:
        folder = self.folder / "exports" / name / f"v{version}"
        lines = [
            line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").split("\n") if line
        ]
        return {record["id"]: record for record in map(json.loads, lines)}


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Return an environment in which curator works in this folder and nowhere else."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CURATOR_")}
    own = {"CURATOR_WORKSPACE": str(folder / "workspace"), "CURATOR_EXPORT__PATH": str(folder / "exports")}
    return {**kept, **own, "PYTHONUNBUFFERED": "1", **settings}


@dataclass
class Desk:
    """What a test needs: curator, Label Studio's API, the relay before the hook."""

    curator: Curator
    http: httpx.Client
    relay: Relay
    project: int

    def tasks(self) -> list[dict[str, Any]]:
        """Return the tasks of the project with all their annotations, by id."""
        query: dict[str, str | int] = {"project": self.project, "fields": "all", "page_size": 1000}
        tasks: list[dict[str, Any]] = self.http.get("/api/tasks", params=query).raise_for_status().json()["tasks"]
        return sorted(tasks, key=lambda task: int(task["id"]))

    def annotate(self, task: dict[str, Any], result: list[Any] | None, **fields: Any) -> int:
        body = fields if result is None else {"result": result, **fields}
        answer = self.http.post(f"/api/tasks/{task['id']}/annotations/", json=body)
        return int(answer.raise_for_status().json()["id"])

    def change(self, annotation: int, **fields: Any) -> None:
        self.http.patch(f"/api/annotations/{annotation}/", json=fields).raise_for_status()

    def delete(self, annotation: int) -> None:
        self.http.delete(f"/api/annotations/{annotation}/").raise_for_status()

    def annotations_of(self, task: dict[str, Any]) -> list[dict[str, Any]]:
        annotations: list[dict[str, Any]]
        annotations = self.http.get(f"/api/tasks/{task['id']}/annotations/").raise_for_status().json()
        return annotations

    def delete_task(self, task: dict[str, Any]) -> None:
        self.http.delete(f"/api/tasks/{task['id']}/").raise_for_status()

    def act(self, action: str, *tasks: int, **choices: Any) -> dict[str, Any]:
        """Choose an action of the Data Manager's menu on some tasks, or on all if none is given."""
        params: dict[str, str | int] = {"id": action, "project": self.project}
        selected = {"all": False, "included": list(tasks)} if tasks else {"all": True, "excluded": []}
        body = {"selectedItems": selected, "filters": {"conjunction": "and", "items": []}, "ordering": [], **choices}
        answer = self.http.post("/api/dm/actions", params=params, json=body).raise_for_status()
        done: dict[str, Any] = answer.json()
        return done

    def agrees(self) -> bool:
        """Say whether the store holds of every annotation what Label Studio holds."""
        return from_store(self.curator.annotations()) == from_label_studio(self.tasks())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, label_studio: RunningLabelStudio) -> Iterator[Desk]:
    with opened_desk(tmp_path_factory.mktemp("desk"), label_studio, PART) as desk:
        yield desk


@pytest.fixture
def own(tmp_path: Path, label_studio: RunningLabelStudio) -> Iterator[Desk]:
    """A project of the test's own, whose webhook brings nothing."""
    with opened_desk(tmp_path, label_studio, small_corpus(tmp_path), hooked=False) as desk:
        yield desk


@contextmanager
def opened_desk(
    folder: Path,
    label_studio: RunningLabelStudio,
    corpus: str,
    *,
    hooked: bool = True,
    make_relay: Callable[[str], Relay] = Relay,
) -> Iterator[Desk]:
    """Give a desk of its own, with a corpus pushed and pre-annotated; without a hook its relay holds all calls."""
    port = free_port()
    relay = make_relay(f"http://127.0.0.1:{port}")
    env = environment(
        folder,
        CURATOR_LABEL_STUDIO__URL=label_studio.url,
        CURATOR_LABEL_STUDIO__TOKEN=label_studio.token,
        CURATOR_HOOK__PORT=str(port),
        CURATOR_HOOK__PUBLIC_URL=relay.url,
        # What one test deletes is not held against the next one.
        CURATOR_SYNC__DELETION_WINDOW="0.0001",
    )
    curator = Curator(folder, env)
    assert curator.json("ingest", corpus)["refused"] == []
    curator.run("preannotate")
    opened = Desk(curator, label_studio.http, relay, curator.json("push")["project"])
    if not hooked:
        relay.holding = True
        try:
            yield opened
        finally:
            relay.close()
        return
    log = (folder / "hook.log").open("wb")
    hook = subprocess.Popen([sys.executable, "-m", "curator", "serve"], cwd=ROOT, env=env, stdout=log, stderr=log)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/readyz", hook)
        yield opened
    finally:
        hook.terminate()
        hook.wait(HANG_SECONDS)
        log.close()
        relay.close()


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    """Wait until a hook answers that it is ready; fails where its process ends before."""

    def ready() -> bool:
        assert process.poll() is None, "the hook did not start"
        try:
            return httpx.get(url, timeout=HANG_SECONDS, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    wait_until(ready)
