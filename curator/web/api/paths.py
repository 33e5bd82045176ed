"""Addresses of the pull API; those that name a version by its number lead to the same bytes for good."""

from urllib.parse import quote

from curator.steps.ports.stored_versions import StoredVersion

API_PATH = "/api/"
"""What every address of the API begins with, whichever version of it."""
V1_PATH = "/api/v1"


def version_path(version: StoredVersion) -> str:
    """Return the address of a version's facts."""
    return f"{V1_PATH}/datasets/{quote(version.dataset)}/versions/{version.number}"


def file_path(version: StoredVersion, file: str) -> str:
    """Return the address of a file of a version."""
    return f"{version_path(version)}/files/{quote(file)}"


def form_path(version: StoredVersion, form: str, after: str = "") -> str:
    """Return the address of the files of a format that a version was converted to, of those after a name."""
    query = f"?after={quote(after, safe='')}" if after else ""
    return f"{version_path(version)}/formats/{quote(form)}{query}"


def form_file_path(version: StoredVersion, form: str, file: str) -> str:
    """Return the address of a file of a format that a version was converted to."""
    return f"{form_path(version, form)}/{quote(file)}"
