"""`curator demo`: from raw articles to a gated model, by itself."""

import json
import re
import subprocess
import sys
from pathlib import Path

import psutil
import spacy

from tests.conftest import ROOT
from tests.e2e.conftest import environment
from tests.waiting import HANG_SECONDS


def _some(split: str, count: int) -> list[str]:
    """Return the first records of a split, as lines."""
    return (ROOT / "seeds" / "gold" / f"{split}.jsonl").read_text("utf-8").splitlines(keepends=True)[:count]


def test_the_demo_goes_through_the_whole_loop_and_leaves_nothing_running(tmp_path: Path) -> None:
    # What is configured for the user's own work stays out of it.
    env = environment(
        tmp_path, CURATOR_LABEL_STUDIO__URL="http://127.0.0.1:9", CURATOR_DATABASE__URL="postgresql://no/no"
    )
    few = tmp_path / "gold.jsonl"
    few.write_text("".join(_some("train", 12) + _some("dev", 2) + _some("test", 2)), encoding="utf-8")
    short = tmp_path / "train.cfg"
    config = (ROOT / "configs" / "train.cfg").read_text("utf-8")
    short.write_text(re.sub(r"max_steps = \d+", "max_steps = 150", config), encoding="utf-8")
    env["CURATOR_TRAIN__CONFIG"] = str(short)
    command = [sys.executable, "-m", "curator", "demo", "--gold", str(few)]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=HANG_SECONDS, check=False)
    *_, verdict = done.stderr.strip().splitlines()
    assert done.returncode == (0 if verdict.endswith("passes the gate") else 3), done.stderr
    exports = tmp_path / "workspace" / "demo" / "exports" / "demo"
    first, second = (json.loads((exports / f"v{number}" / "manifest.json").read_text("utf-8")) for number in (1, 2))
    gold = 16
    assert first["counts"]["documents"] == (gold + 1) // 2
    assert second["counts"]["documents"] == gold
    assert second["parent"]["digest"] == first["digest"]
    assert f"v1 → v2: {gold // 2} documents added, 0 changed, 0 removed" in done.stderr
    (model,) = (tmp_path / "workspace" / "demo" / "models").iterdir()
    assert {"ner", "spancat"} <= set(spacy.load(model).pipe_names)
    assert verdict.startswith(model.name)
    commands = [process.info["cmdline"] or () for process in psutil.process_iter(["cmdline"])]
    mine = [command for command in commands if str(tmp_path) in " ".join(command)]
    assert mine == []
