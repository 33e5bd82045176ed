"""Every format writes what is hard to write, or lists it: both together are the version, exactly."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from curator.bootstrap.formats import FORMATS
from curator.domain.document import SPLITS
from tests.conftest import ROOT
from tests.files.formats.hard_case import RECORDS, written
from tests.files.formats.restoring import comparable, restored


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_what_is_written_and_what_is_listed_are_the_version(name: str) -> None:
    form, files, losses = written(name)
    assert form.name == name
    read = import_module(f"tests.files.formats.read_{name.replace('-', '_')}").read
    version = restored(read(files), losses)
    for split in SPLITS:
        assert comparable(version.get(split, []), form.not_held) == comparable(RECORDS[split], form.not_held)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_losses_are_json_in_the_order_of_the_records(name: str) -> None:
    _, _, losses = written(name)
    order = [record.id for split in SPLITS for record in RECORDS[split]]
    documents = [order.index(loss.document) for loss in losses]
    assert documents == sorted(documents)
    assert json.loads(json.dumps([loss.value() for loss in losses])) == [loss.value() for loss in losses]
    assert len({json.dumps(loss.value(), sort_keys=True) for loss in losses}) == len(losses)


_SHOW = """
import hashlib, sys
from tests.files.formats.hard_case import written
_, files, losses = written(sys.argv[1])
print({name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}, [str(loss) for loss in losses])
"""


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_bytes_are_the_same_on_every_machine(name: str, tmp_path: Path) -> None:
    told = set()
    for seed, locale, zone in (("1", "C", "UTC"), ("2", "fr_FR.UTF-8", "Pacific/Kiritimati")):
        run = subprocess.run(
            [sys.executable, "-c", _SHOW, name],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed, "LC_ALL": locale, "TZ": zone, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        told.add(run.stdout)
    assert len(told) == 1
