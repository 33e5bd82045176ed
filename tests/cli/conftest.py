"""The command line in a folder of its own, with the project's configuration."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import spacy

from curator.bootstrap.context import Context
from curator.bootstrap.schemas import adopt_configured
from curator.bootstrap.stores import open_store
from curator.bootstrap.workspace import Workspace
from curator.cli.main import main
from curator.domain.canonical import document_id
from curator.domain.split import Assignment
from tests.conftest import ROOT
from tests.domain.annotations import annotation
from tests.fakes.parts import region
from tests.store.conftest import arrival

FRENCH = "Le président Ahmed Morel a rencontré hier à Paris le ministre des Affaires étrangères, selon l’Élysée.\n"
ENGLISH = "The president met the foreign minister in London yesterday, according to several government officials.\n"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command did: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The only JSON document on standard output."""
        assert self.out.endswith("\n")
        assert self.out.count("\n") == 1
        return json.loads(self.out)

    @property
    def error_line(self) -> str:
        """The only line on standard error."""
        (line,) = self.err.splitlines()
        return line


Run = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path, made_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the project's configuration and a workspace in it."""
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    shutil.copytree(made_workspace, tmp_path / ".curator")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CURATOR_WORKSPACE", raising=False)
    return tmp_path


@pytest.fixture
def run(folder: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str | Path) -> Ran:
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def corpus(folder: Path) -> Path:
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "article.txt").write_text(FRENCH, encoding="utf-8")
    (corpus / "binary.txt").write_bytes(b"\x00\x01\x02" * 100)
    (corpus / "empty.txt").touch()
    (corpus / "english.txt").write_text(ENGLISH, encoding="utf-8")
    (corpus / "picture.png").write_bytes(b"\x89PNG\r\n")
    rows = [{"text": f"{FRENCH}Variante numéro {at}.", "spans": [[13, 24, "PER"]]} for at in range(2)]
    lines = [*map(json.dumps, rows), "{", json.dumps({"text": FRENCH, "meta": {"k": [1, None]}, "split": "dev"})]
    (corpus / "lines.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return corpus


@pytest.fixture
def pipeline(folder: Path) -> Path:
    """A trained pipeline, as far as anybody can see: it finds `Ahmed Morel` and meetings."""
    nlp = spacy.blank("fr")
    people: Any = nlp.add_pipe("entity_ruler")
    people.add_patterns([{"label": "PER", "pattern": "Ahmed Morel"}])
    meetings: Any = nlp.add_pipe("span_ruler", config={"spans_key": "events"})
    meetings.add_patterns([{"label": "MEETING", "pattern": "rencontré"}])
    nlp.to_disk(folder / "model")
    return folder / "model"


@pytest.fixture
def exported(run: Run, folder: Path) -> Path:
    """The folder of a first version, exported from a document that was annotated."""
    context = Context(Workspace(folder / ".curator"), folder / "configs" / "curator.toml")
    document, state = document_id("Paris dort"), annotation(body=[region(0, 5, "GPE")]).state
    with open_store(context) as store:
        adopt_configured(context, store, lambda _: None)
        with store.writing() as transaction:
            transaction.documents.add([arrival("Paris dort")])
            transaction.documents.assign([Assignment(document, "train", "hash")])
            transaction.revisions.append(state.identity, document, state)
    ran = run("export", "news", "--json")
    assert (ran.code, ran.json["version"], ran.json["unchanged"], ran.json["restored"]) == (0, 1, False, False)
    return folder / "exports" / "news" / "v1"
