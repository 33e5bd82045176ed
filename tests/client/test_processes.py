"""The client in a process of its own: killed in the middle, several at once, and what it takes of memory."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from curator.domain.canonical import digest
from tests.client.faulty_server import TOKEN, FaultyServer, serving
from tests.conftest import ROOT
from tests.steps.datasets.copies import content
from tests.waiting import HANG_SECONDS, wait_until

_PEAK = """
import sys, tracemalloc
from curator_client import load_dataset
tracemalloc.start()
records = load_dataset("large@1", url=sys.argv[1], token=sys.argv[2], cache=sys.argv[3], split="train")
assert sum(1 for record in records) == len(records)
assert records[-1]["id"] == "d"
print(tracemalloc.get_traced_memory()[1])
"""


def client(*arguments: str) -> subprocess.Popen[str]:
    """Start Python with nothing but the client on its path."""
    command = [sys.executable, *arguments]
    env = {"PYTHONPATH": str(ROOT / "client"), "CURATOR_TOKEN": TOKEN}
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=HANG_SECONDS)
    assert process.returncode == 0, err
    return out


def test_a_process_that_is_killed_in_the_middle_leaves_what_the_next_goes_on_from(
    server: FaultyServer, cache: Path
) -> None:
    server.faults["/files/train.jsonl"] = [-20_000]
    given = ("-m", "curator_client", "sample@1", "--url", server.url, "--cache", str(cache))
    killed = client(*given)
    wait_until(lambda: any(path.stat().st_size for path in cache.glob("partial/*/train.jsonl")))
    waiting = client(*given)
    killed.kill()
    killed.communicate()
    server.goes_on.set()
    folder = Path(finished(waiting).strip())
    assert content(folder) == content(server.folders["sample", 1])
    asked = [asked.headers.get("Range") for asked in server.asked if asked.path.endswith("/files/train.jsonl")]
    assert asked[0] is None
    assert str(asked[1]).startswith("bytes=")
    assert not list(cache.glob("partial/*"))


def test_several_processes_download_a_version_once(server: FaultyServer, cache: Path) -> None:
    given = ("-m", "curator_client", "sample@stable", "--url", server.url, "--cache", str(cache))
    folders = {finished(process) for process in [client(*given) for _ in range(4)]}
    (folder,) = folders
    assert content(Path(folder.strip())) == content(server.folders["sample", 1])
    assert sum(path.endswith("/files/train.jsonl") for path in server.paths()) == 1


def test_a_large_version_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    peaks = []
    for megabytes in (2, 48):
        folder = tmp_path / f"served{megabytes}"
        _write_version(folder, megabytes)
        with serving(FaultyServer({("large", 1): folder})) as server:
            peaks.append(int(finished(client("-c", _PEAK, server.url, TOKEN, str(tmp_path / f"cache{megabytes}")))))
    # But for eight bytes a record.
    assert peaks[1] < peaks[0] + (2 << 20), peaks


def _write_version(folder: Path, megabytes: int) -> None:
    """Write a version whose training records take so many megabytes."""
    folder.mkdir()
    line = json.dumps({"id": "d", "text": "Lyon dort " * 100}).encode() + b"\n"
    files: dict[str, dict[str, Any]] = {}
    for split in ("train", "dev", "test"):
        count = (megabytes << 20) // len(line) if split == "train" else 0
        data = line * count
        (folder / f"{split}.jsonl").write_bytes(data)
        files[f"{split}.jsonl"] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "records": count}
    shaping: dict[str, Any] = {"schema": {"language": "fr"}, "rules": {}, "record_format": 2}
    records = {split: files[f"{split}.jsonl"]["sha256"] for split in ("train", "dev", "test")}
    manifest = {"files": files, **shaping, "digest": digest({"records": records, **shaping})}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize("name", ["sample@2", "sample"])
def test_the_command_fails_in_a_line(server: FaultyServer, cache: Path, name: str) -> None:
    process = client("-m", "curator_client", name, "--url", server.url, "--cache", str(cache))
    out, err = process.communicate(timeout=HANG_SECONDS)
    assert (process.returncode, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("curator-client: ")
