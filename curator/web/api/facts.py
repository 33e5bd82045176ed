"""What the pull API says of datasets and versions; the keys are those that `openapi.json` names."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from curator.steps.datasets.pull import PulledDataset, PulledVersion
from curator.steps.ports.stored_versions import StoredVersion
from curator.steps.ports.version_folders import WrittenFile
from curator.web.api.paths import file_path, form_file_path, form_path


def dataset_facts(dataset: PulledDataset) -> dict[str, Any]:
    """Return a dataset with its versions by number, and its tags."""
    return {
        "name": dataset.name,
        "versions": [
            {
                "version": version.number,
                "digest": version.digest,
                "created_at": version.created_at,
                "tags": [name for name, number in dataset.tags.items() if number == version.number],
            }
            for version in dataset.versions
        ],
        "tags": dict(dataset.tags),
    }


def version_facts(pulled: PulledVersion) -> dict[str, Any]:
    """Return a version with all its files; each has the address that names the version by its number."""
    version = pulled.version
    return {
        "dataset": version.dataset,
        "version": version.number,
        "digest": version.digest,
        "created_at": version.created_at,
        "parent": pulled.parent,
        "tags": list(pulled.tags),
        "files": _file_facts(pulled.files, partial(file_path, version)),
        "formats": [{"name": form, "url": form_path(version, form)} for form in pulled.forms],
    }


def form_facts(version: StoredVersion, form: str, files: Mapping[str, WrittenFile], most: int) -> dict[str, Any]:
    """Return a format with some of its files, and the address of the next ones, None where these were the last."""
    listed = _file_facts(files, partial(form_file_path, version, form))
    # One more than is said was asked for.
    following = form_path(version, form, listed[most - 1]["name"]) if len(listed) > most else None
    return {"name": form, "files": listed[:most], "next": following}


def _file_facts(files: Mapping[str, WrittenFile], path: Callable[[str], str]) -> list[dict[str, Any]]:
    return [
        {"name": name, "bytes": file.size, "sha256": file.sha256, "url": path(name)} for name, file in files.items()
    ]
