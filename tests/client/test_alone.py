"""The client by itself: in an environment that has nothing but the standard library and the client's own wheel."""

import ast
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.client.conftest import Served
from tests.conftest import ROOT
from tests.waiting import HANG_SECONDS

_BUILD = "import sys; from setuptools.build_meta import build_wheel; print(build_wheel(sys.argv[1]))"
_LOAD = """
import importlib.util
import sys

from curator_client import PackageMissing, load_dataset

url, token, cache = sys.argv[1:]
version = load_dataset("sample@stable", url=url, token=token, cache=cache)
print({split: len(records) for split, records in version.items()}, version["dev"][0]["id"])
names = ("curator", "datasets", "flask", "fsspec", "httpx", "orjson", "pip", "setuptools", "spacy", "sqlalchemy")
print([name for name in names if importlib.util.find_spec(name)])
for form in ("datasets", "docs"):
    try:
        load_dataset("sample@stable", url=url, token=token, cache=cache, to=form)
    except PackageMissing as error:
        print(error)
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment into which only the wheel was put, built from a copy without the network."""
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(ROOT / "client", folder / "source", ignore=shutil.ignore_patterns("build", "*.egg-info"))
    built = _run(sys.executable, "-c", _BUILD, str(folder), cwd=folder / "source")
    wheel = folder / built.splitlines()[-1]
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder / "environment"), cwd=folder)
    (packages,) = (folder / "environment").glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    assert "curator_client/py.typed" in archive.namelist()
    return folder / "environment" / "bin" / "python"


def _run(*command: str, cwd: Path) -> str:
    env = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "CURATOR"))
    }
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=HANG_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_version_is_loaded_where_nothing_else_is_installed(python: Path, served: Served, tmp_path: Path) -> None:
    told = _run(str(python), "-c", _LOAD, served.url, served.token, str(tmp_path / "cache"), cwd=tmp_path).splitlines()
    assert told == [
        "{'train': 8, 'dev': 3, 'test': 1} 0f27385660e3e83abfacaa9e",
        "[]",
        "the library `datasets` is not installed: No module named 'datasets': pip install 'curator-client[datasets]'",
        "spaCy is not installed: No module named 'spacy': pip install 'curator-client[spacy]'",
    ]


def test_the_command_runs_there_as_well(python: Path, served: Served, tmp_path: Path) -> None:
    given = ("--url", served.url, "--token", served.token, "--out", "out")
    assert _run(str(python), "-m", "curator_client", "sample@1", *given, cwd=tmp_path) == "out/sample/v1\n"
    assert (tmp_path / "out" / "sample" / "v1" / "manifest.json").exists()


def test_it_needs_no_package_and_imports_none_of_curator() -> None:
    project = tomllib.loads((ROOT / "client" / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["dependencies"] == []
    modules = sorted((ROOT / "client" / "curator_client").glob("*.py"))
    trees = {module.name: ast.parse(module.read_text(encoding="utf-8")) for module in modules}
    assert not [name for name, tree in trees.items() if not ast.get_docstring(tree)]
    found = {}
    for name, tree in trees.items():
        nodes = list(ast.walk(tree))
        named = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
        named += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
        found[name] = {each.partition(".")[0] for each in named} - {*sys.stdlib_module_names, "curator_client"}
    assert {name: packages for name, packages in found.items() if packages} == {
        "docs.py": {"spacy"},
        "hub.py": {"datasets"},
    }
