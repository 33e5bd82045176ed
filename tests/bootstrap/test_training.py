"""`curator train` in processes of its own, which are stopped and killed."""

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from spacy.util import load_config

from curator.bootstrap.context import Context
from curator.bootstrap.stores import open_store
from curator.files.versions import VersionFolder
from tests.conftest import ROOT
from tests.spacy_models.test_trainer import PLACES, SMALL, record
from tests.waiting import HANG_SECONDS, wait_until


def unlearnable() -> dict[str, Any]:
    """Return a record with a trigger of four tokens and with an entity that ends inside a token."""
    item = {**record("Metz"), "id": "unlearnable"}
    item["spans"]["events"] = [{"start": 0, "end": 16, "label": "ATTACK", "text": "Une attaque a eu"}]
    item["spans"]["entities"] = [{"start": 30, "end": 33, "label": "GPE", "text": "Met"}]
    return item


# Ends the process, as a kill would, where this function is called or has just done its work.
KILLED = """
import os
import sys
from curator.cli.main import main
from curator.spacy_models import trainer

name, after = sys.argv[1], sys.argv[2] == "after"
work = getattr(trainer, name)

def killed(*arguments, **named):
    if after:
        work(*arguments, **named)
    os._exit(9)

setattr(trainer, name, killed)
main(sys.argv[3:])
"""


# A runner in the background hands on that SIGINT is ignored.
STOPPABLE = """
import signal
import sys
from curator.cli.main import main

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main(sys.argv[1:]))
"""


class Training:
    """A version with a config, in the current folder, and processes that train from it."""

    def __init__(self, context: Context, folder: Path) -> None:
        self._context = context
        self.models = context.workspace.models
        self._started: list[subprocess.Popen[str]] = []
        self.arguments = ["--workspace", str(context.workspace.root), "train", "news@1", "--json"]
        lines = {
            "train.jsonl": "".join(json.dumps(item) + "\n" for item in [unlearnable(), *map(record, PLACES)]).encode(),
            "dev.jsonl": json.dumps(record("Gao")).encode() + b"\n",
        }
        facts = {name: {"sha256": hashlib.sha256(data).hexdigest()} for name, data in lines.items()}
        labels = {"entities": "GPE", "events": "ATTACK"}
        schema = {"layers": [{"name": layer, "labels": [{"name": label}]} for layer, label in labels.items()]}
        manifest = {"digest": "d" * 64, "files": facts, "schema": schema}
        files = {**lines, "manifest.json": json.dumps(manifest).encode()}
        VersionFolder(folder / "exports").write("news", 1, {name: [data] for name, data in files.items()})
        self.steps(2)

    def steps(self, number: int) -> None:
        """Let a training take so many steps."""
        sizes = {**SMALL, "training.max_steps": number, "training.eval_frequency": 1, "training.patience": 0}
        load_config(ROOT / "configs" / "train.cfg", overrides=sizes, interpolate=False).to_disk("configs/train.cfg")

    def start(self, *command: str) -> subprocess.Popen[str]:
        command = command or ("-m", "curator")
        process = subprocess.Popen(
            [sys.executable, *command, *self.arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._started.append(process)
        return process

    def run(self) -> dict[str, Any]:
        process = self.start()
        out, err = process.communicate(timeout=HANG_SECONDS)
        assert process.returncode == 0, err
        # How far it is, and nothing else.
        assert all(line.startswith("train news@1: ") for line in err.splitlines()), err
        value: dict[str, Any] = json.loads(out)
        return value

    def end(self) -> None:
        for process in self._started:
            process.kill()
            process.communicate()

    def names(self) -> list[str]:
        return sorted(path.name for path in self.models.iterdir()) if self.models.exists() else []

    def registered(self) -> int:
        with open_store(self._context) as store, store.reading() as transaction:
            return int(transaction.counts()["models"])


@pytest.fixture
def training(configured: Context, folder: Path) -> Iterator[Training]:
    made = Training(configured, folder)
    yield made
    made.end()


@pytest.mark.parametrize(
    ("step", "when", "unchanged"),
    [
        ("run_training", "before", False),
        ("put_in_place", "before", False),
        ("put_in_place", "after", True),
    ],
)
def test_a_training_that_was_killed_is_healed_by_the_next(
    training: Training, step: str, when: str, unchanged: bool
) -> None:
    killed = training.start("-c", KILLED, step, when)
    killed.communicate(timeout=HANG_SECONDS)
    assert killed.returncode == 9
    assert any(name.startswith(".") for name in training.names())
    result = training.run()
    assert result["unchanged"] is unchanged
    assert training.names() == [result["model"]]
    assert training.registered() == 1


def test_a_training_killed_before_its_model_is_registered_is_healed_by_the_next(training: Training) -> None:
    assert training.registered() == 0
    with closing(sqlite3.connect(training.models.parent / "store.sqlite3", isolation_level=None)) as locked:
        locked.execute("BEGIN IMMEDIATE")
        process = training.start()
        wait_until(lambda: any(not name.startswith(".") for name in training.names()))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        locked.execute("ROLLBACK")
    assert training.registered() == 0
    result, again = training.run(), training.run()
    assert result == again
    assert result["unchanged"]
    assert training.names() == [result["model"]]
    assert training.registered() == 1


def test_what_was_not_learnt_is_counted_and_listed_beside_the_model(training: Training) -> None:
    result = training.run()
    assert result["not_learnt"] == {"boundary-inside-token": 1, "longer-than-suggested": 1}
    ledger = Path(result["path"]) / "losses.json"
    assert [loss["document"] for loss in json.loads(ledger.read_text())["losses"]] == ["unlearnable"] * 2
    training.arguments.remove("--json")
    out, _ = training.start().communicate(timeout=HANG_SECONDS)
    assert f"not learnt  2 spans (boundary-inside-token 1, longer-than-suggested 1): see {ledger}" in out.splitlines()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_training_that_is_stopped_leaves_nothing_hidden(training: Training, number: signal.Signals) -> None:
    training.steps(10**9)
    process = training.start("-c", STOPPABLE)
    # A model of it is written as soon as it trains.
    wait_until(lambda: any(training.models.glob(".*/output/model-best/meta.json")))
    process.send_signal(number)
    _, err = process.communicate(timeout=HANG_SECONDS)
    assert (process.returncode, err.strip()) == (130, "curator: stopped")
    assert training.names() == []
    assert training.registered() == 0


def test_a_version_that_is_being_trained_is_not_trained_a_second_time(training: Training) -> None:
    training.steps(10**9)
    first = training.start()
    wait_until(lambda: any(training.models.glob(".*/output/model-best/meta.json")))
    second = training.start()
    _, err = second.communicate(timeout=HANG_SECONDS)
    assert (second.returncode, len(err.splitlines())) == (1, 1)
    assert "is being trained by another process" in err
    assert first.poll() is None
    (hidden,) = training.models.iterdir()
    assert any(hidden.iterdir())
