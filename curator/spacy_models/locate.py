"""Finding and loading spaCy pipelines: a configuration, a folder, an installed package."""

import gc
import re
import sys
from collections.abc import Iterator
from configparser import Error as SyntaxFault
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.util import get_package_path, is_package, load_config, load_model_from_config

from curator.domain.errors import CuratorError

# The names under which spaCy releases its own trained pipelines, e.g. fr_core_news_lg.
_RELEASED = re.compile(r"[a-z]{2,3}_\w+_(?:sm|md|lg|trf)")


@dataclass(frozen=True, slots=True)
class LoadedPipeline:
    """A pipeline, the path it was found at, and what the `[paths]` of a configuration name, by their names there."""

    nlp: Language
    path: Path
    named: dict[str, Path] = field(default_factory=dict)


def load(source: str, without: str = "") -> LoadedPipeline:
    """Load a configuration file (.cfg), a folder of a trained pipeline or an installed package.

    Components of a configuration that the factory `without` would make are left out. Raises CuratorError where there is
    no such pipeline, with the command that installs it, or where it cannot be loaded.
    """
    path = _locate(source)
    with _growing():
        if path.suffix == ".cfg":
            return _from_config(path, without)
        try:
            return LoadedPipeline(spacy.load(path), path)
        except (OSError, ValueError) as error:
            raise CuratorError(f"pipeline cannot be loaded: {error}", str(path), "train or install it again") from error


@contextmanager
def _growing() -> Iterator[None]:
    """Look for no garbage meanwhile: all that is made stays, and going through it again and again takes seconds."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _locate(source: str) -> Path:
    path = Path(source)
    if path.suffix == ".cfg" and path.is_file():
        return path
    if (path / "config.cfg").is_file():
        return path
    if source.isidentifier() and is_package(source):
        package = get_package_path(source)
        inner = sorted(package.glob("*/config.cfg"))
        return inner[-1].parent if inner else package
    if source.isidentifier():
        download = f"{sys.executable} -m spacy download {source}"
        install = f"{sys.executable} -m pip install {source}"
        remedy = f"install it: {download if _RELEASED.fullmatch(source) else install}"
        raise CuratorError("spaCy pipeline is not installed", source, remedy)
    raise CuratorError(
        "no such spaCy pipeline", source, "name a .cfg file, the folder of a trained pipeline or an installed package"
    )


def _from_config(path: Path, without: str) -> LoadedPipeline:
    """Load a configuration; relative ones of its `[paths]` are sought beside `path`'s folder, then from here."""
    named = {}
    try:
        config = load_config(path, interpolate=False)
        for name, value in config.get("paths", {}).items():
            # What spaCy writes names paths that are nothing.
            if isinstance(value, str):
                beside = path.resolve().parent.parent / value
                named[name] = beside if beside.exists() else Path(value).resolve()
        overrides = {f"paths.{name}": str(target) for name, target in named.items()}
        components = config.get("components", {})
        exclude = [name for name, component in components.items() if component.get("factory") == without]
        filled = load_config(path, overrides=overrides, interpolate=True)
        nlp = load_model_from_config(filled, auto_fill=True, exclude=exclude)
    except (OSError, ValueError, KeyError, ImportError, SyntaxFault) as error:
        raise CuratorError(f"pipeline cannot be built: {error}", str(path), "mend the configuration") from error
    return LoadedPipeline(nlp, path, named)
