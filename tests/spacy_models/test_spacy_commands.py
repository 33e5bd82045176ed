"""spaCy's own commands work on the configuration that is shipped and on a dataset version, as they are."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

CONFIG = ROOT / "configs" / "train.cfg"
VERSION = ROOT / "exports" / "sample" / "v1"
PATHS = ("--paths.train", str(VERSION / "train.jsonl"), "--paths.dev", str(VERSION / "dev.jsonl"))


def spacy(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run spaCy's command line where curator is installed or on the path."""
    return subprocess.run(
        [sys.executable, "-m", "spacy", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "ANSI_COLORS_DISABLED": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("paths", [(), PATHS], ids=["without paths", "with a version"])
def test_the_configuration_is_valid_with_and_without_a_version(tmp_path: Path, paths: tuple[str, ...]) -> None:
    ran = spacy(tmp_path, "debug", "config", str(CONFIG), *paths)
    assert (ran.returncode, "✘" in ran.stdout) == (0, False), ran.stdout


def test_a_version_is_looked_through(tmp_path: Path) -> None:
    ran = spacy(tmp_path, "debug", "data", str(CONFIG), *PATHS)
    complaints = re.findall(r"✘ .*", ran.stdout)
    # That the sample is small is all that there is to say against it.
    assert complaints == ["✘ Low number of examples to train a new pipeline (8)", "✘ 1 error"], ran.stdout
    assert "8 training docs" in ran.stdout
    assert "3 evaluation docs" in ran.stdout


def test_a_version_is_trained_from_to_a_score(tmp_path: Path) -> None:
    steps = ("--training.max_steps", "4", "--training.eval_frequency", "2")
    ran = spacy(tmp_path, "train", str(CONFIG), *PATHS, *steps, "--output", "model")
    assert ran.returncode == 0, ran.stderr
    meta = json.loads((tmp_path / "model" / "model-best" / "meta.json").read_text("utf-8"))
    assert {"ents_f", "spans_events_f"} <= meta["performance"].keys()


def test_a_version_as_docbin_is_trained_from_and_evaluated(tmp_path: Path) -> None:
    shutil.copytree(VERSION, tmp_path / "exports" / "sample" / "v1")
    command = [sys.executable, "-m", "curator", "--config", str(ROOT / "configs" / "curator.toml")]
    subprocess.run(
        [*command, "datasets", "convert", "sample@1", "--to", "docbin"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    docbin = tmp_path / "exports" / "sample" / "v1" / "formats" / "docbin"
    config = tmp_path / "train.cfg"
    config.write_text(CONFIG.read_text("utf-8").replace("curator.Records.v1", "spacy.Corpus.v1"), "utf-8")
    paths = ("--paths.train", str(docbin / "train.spacy"), "--paths.dev", str(docbin / "dev.spacy"))
    steps = ("--training.max_steps", "4", "--training.eval_frequency", "2")
    ran = spacy(tmp_path, "train", str(config), *paths, *steps, "--output", "model")
    assert ran.returncode == 0, ran.stderr
    evaluated = ("model/model-best", str(docbin / "test.spacy"), "--spans-key", "events", "--output", "scores.json")
    ran = spacy(tmp_path, "evaluate", *evaluated)
    assert ran.returncode == 0, ran.stderr
    assert {"ents_f", "spans_events_f"} <= json.loads((tmp_path / "scores.json").read_text("utf-8")).keys()


def test_training_without_a_version_says_what_is_missing(tmp_path: Path) -> None:
    ran = spacy(tmp_path, "train", str(CONFIG), "--output", "model")
    assert ran.returncode != 0
    assert "no records are given ([paths] of the config): set --paths.train and --paths.dev" in ran.stderr
