"""What import-linter and ruff cannot see of the project's shape."""

import ast
import os
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "curator"
MODULES = sorted(PACKAGE.rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TEXTS = {".py", ".toml", ".md", ".cfg", ".yaml", ".yml", ".txt", ".in", ".jsonl", ".json", ".sh", ""}

# spaCy's registry loads `entry_points` by name; it lies above the edges and leads to `spacy_models`.
EDGES = {
    "label_studio_sdk": {"label_studio"},
    "flask": {"web"},
    "gunicorn": {"web"},
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "spacy": {"spacy_models", "entry_points.py"},
    "jsonlines": {"files"},
    "pyarrow": {"files"},
    "cassis": {"files"},
    "fsspec": {"files"},
    "click": {"cli"},
    "rich": {"cli"},
}


@cache
def imported(module: Path) -> frozenset[str]:
    """Return the top-level names of all imports, those for type checkers and inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module} has a relative import"
            names.add(str(node.module).partition(".")[0])
    return frozenset(names)


def folder(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0]


def text_files() -> Iterator[Path]:
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [name for name in inner if name == ".ci" or not re.match(r"\.|__pycache__|.*\.egg-info", name)]
        yield from (Path(folder, name) for name in names if Path(name).suffix in TEXTS and not name.startswith("."))


def locked(name: str) -> dict[str, str]:
    pins = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / "locks" / name).read_text(encoding="utf-8"), re.MULTILINE)
    return {normal(package): version for package, version in pins}


def normal(package: str) -> str:
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", package)[0]).lower()  # type: ignore[index]


@pytest.mark.parametrize("inner", ["domain", "steps", "views"])
def test_domain_and_steps_import_the_standard_library_and_curator_only(inner: str) -> None:
    allowed = set(sys.stdlib_module_names) | {"curator"}
    foreign = {module.name: imported(module) - allowed for module in (PACKAGE / inner).rglob("*.py")}
    assert foreign
    assert not {name: packages for name, packages in foreign.items() if packages}


@pytest.mark.parametrize("package", EDGES)
def test_each_technology_is_imported_in_one_folder(package: str) -> None:
    assert {folder(module) for module in MODULES if package in imported(module)} == EDGES[package]


def test_what_steps_need_from_outside_stands_in_the_ports_alone() -> None:
    steps = PACKAGE / "steps"
    elsewhere = {
        module.relative_to(ROOT).as_posix()
        for module in steps.rglob("*.py")
        if steps / "ports" not in module.parents
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and node.id in ("Protocol", "Callable")
    }
    assert not elsewhere


def test_every_port_and_every_method_of_one_says_what_it_promises() -> None:
    modules = [*(PACKAGE / "steps" / "ports").glob("*.py"), PACKAGE / "views" / "overview.py"]
    nodes = [node for module in modules for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))]
    ports = [node for node in nodes if isinstance(node, ast.ClassDef)]
    methods = [node for port in ports for node in port.body if isinstance(node, ast.FunctionDef)]
    assert len(ports) > 30
    assert not [port.name for port in ports if not ast.get_docstring(port)]
    assert not [method.name for method in methods if not ast.get_docstring(method)]


def test_no_module_is_a_bag() -> None:
    names = {module.stem for module in MODULES} | {module.parent.name for module in MODULES}
    assert not names & {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}


def test_no_module_is_a_giant() -> None:
    sizes = {module.relative_to(ROOT).as_posix(): len(module.read_text().splitlines()) for module in MODULES}
    assert not {name: size for name, size in sizes.items() if size > 300}


def test_only_the_command_line_prints() -> None:
    calls = {
        module.relative_to(ROOT).as_posix()
        for module in MODULES
        if folder(module) != "cli"
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "input")
    }
    assert not calls


def test_every_module_says_what_it_is_for() -> None:
    assert not [module for module in MODULES if not ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))]


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    machine = re.compile(rb"(?<![\w.:/*-])/(?:work|tmp|home|root|Users)/")
    files = list(text_files())
    assert ROOT / "Makefile" in files
    assert ROOT / "configs" / "curator.toml" in files
    assert not [path for path in files if machine.search(path.read_bytes())]


def test_locks_are_hashed_pins_from_no_index_of_their_own() -> None:
    locks = sorted((ROOT / "locks").glob("*.txt"))
    assert {lock.name for lock in locks} >= {"curator.txt", "dev.txt", "label-studio.txt"}
    for lock in locks:
        text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
        assert not re.search(r"--(extra-)?index-url|--find-links|--trusted-host|https?:|file:", text), lock.name
        pins = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        assert pins
        assert not [pin for pin in pins if not re.match(r"\S+==\S+.* --hash=sha256:[0-9a-f]{64}", pin)]


def test_every_dependency_is_locked() -> None:
    needed = {normal(requirement) for requirement in PROJECT["dependencies"]}
    development = {normal(requirement) for requirement in PROJECT["optional-dependencies"]["dev"]}
    pinned = locked("curator.txt")
    assert needed
    assert not needed - pinned.keys()
    assert not (needed | development) - locked("dev.txt").keys()
    assert {name: locked("dev.txt").get(name) for name in pinned} == pinned


def test_every_entry_point_leads_somewhere() -> None:
    targets = [*PROJECT["scripts"].values()]
    for group in PROJECT["entry-points"].values():
        targets += group.values()
    for target in targets:
        module, _, name = target.partition(":")
        tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_the_page_on_architecture_names_files_that_are_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`([\w/]+\.(?:py|md|toml|yaml))`(?! \*\(new\))", page)
    missing = [name for name in named if not any((folder / name).exists() for folder in (PACKAGE, ROOT))]
    assert len(named) > 30
    assert not missing
    wings = {path.name for path in (PACKAGE / "steps").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert wings == set(re.findall(r"^\| `steps/(\w+)`", page, re.MULTILINE))
