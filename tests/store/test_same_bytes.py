"""The same content gives the same bytes: in either database, in any locale, hash seed and order of rows."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from curator.cli.main import main
from curator.domain.document import SPLITS
from tests.cli.test_export import content
from tests.conftest import ROOT
from tests.store.conftest import _create
from tests.store.fill_and_export import TEXTS

RUNS = (
    ("sqlite", "C.UTF-8", "0", "forward", "UTC"),
    ("sqlite", "C", "1", "backward", "Asia/Tokyo"),
    ("postgresql", "C.UTF-8", "2", "backward", "UTC"),
    ("postgresql", "POSIX", "3", "forward", "America/Lima"),
)


def test_a_version_has_the_same_bytes_wherever_it_is_exported(
    tmp_path: Path, postgres: Callable[[str], str], monkeypatch: Any
) -> None:
    exports = {}
    for database, locale, seed, order, zone in RUNS:
        folder = tmp_path / f"{database}-{order}"
        folder.mkdir()
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONHASHSEED": seed,
            "LC_ALL": locale,
            "TZ": zone,
            # Let the locale be what it is.
            "PYTHONCOERCECLOCALE": "0",
            "PYTHONUTF8": "0",
            "CURATOR_LABEL_SCHEMA": str(ROOT / "configs" / "labels.yaml"),
        }
        if database == "postgresql":
            name = f"same_bytes_{order}"
            _create(postgres, name)
            environment["CURATOR_DATABASE__URL"] = postgres(name)
        done = subprocess.run(
            [sys.executable, "-m", "tests.store.fill_and_export", order],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.endswith("news@1: as it was written, held against the store\n")
        exports[database, order] = content(folder / "exports")
        monkeypatch.chdir(folder)
        config = str(ROOT / "configs" / "curator.toml")
        assert main(["--workspace", "none", "--config", config, "datasets", "verify", "news@1"]) == 0
    first, *others = exports.values()
    records = [line for split in SPLITS for line in first[f"news/v1/{split}.jsonl"].splitlines()]
    assert len(records) == len(TEXTS)
    assert all(len(json.loads(record)["provenance"]["annotators"]) for record in records)
    for other in others:
        assert other == first
