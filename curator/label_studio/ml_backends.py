"""ML backends: those that Label Studio has, and what it asks them for."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

from curator.label_studio.connection import Connection
from curator.label_studio.failures import ServerLacks
from curator.label_studio.results import DOCUMENT, TEXT
from curator.steps.ports.ml_backends import Backend, BackendRef
from curator.steps.ports.predictor import AskedTask, Labels

_CONNECTED = ("CO", "TR", "PR")


class MlBackends:
    """The ML backends of projects; implements `BackendRegistry`."""

    def __init__(self, server: Connection) -> None:
        self._server = server

    def backends(self, project: int) -> list[BackendRef]:
        """Return the backends of a project, oldest first; Label Studio asks each of them whether it is there."""
        return self._server.read(
            lambda sdk: sdk.ml.with_raw_response.list(project=project).response.json(),
            lambda answer: sorted(map(_backend, answer), key=lambda backend: backend.id),
        )

    def save_backend(self, project: int, title: str, backend: Backend, number: int | None) -> None:
        """Connect a backend, or set an existing one to this address and log-in; Label Studio asks it first."""
        fields: dict[str, Any] = {
            "project": project,
            "title": title,
            "url": backend.url,
            "auth_method": "BASIC_AUTH",
            "basic_auth_user": backend.user,
            "basic_auth_pass": backend.password,
            "is_interactive": False,
        }
        if number is None:
            self._server.write(lambda sdk: sdk.ml.create(**fields), lambda _answer: None)
        else:
            self._server.write(lambda sdk: sdk.ml.update(number, **fields), lambda _answer: None)

    def delete_backend(self, number: int) -> None:
        """Delete a backend; one that is gone already is no error."""
        try:
            self._server.write(lambda sdk: sdk.ml.delete(number), lambda _answer: None)
        except ServerLacks:
            return


def _backend(answer: Mapping[str, Any]) -> BackendRef:
    trouble = "" if answer["state"] in _CONNECTED else answer["error_message"] or answer["readable_state"]
    return BackendRef(
        id=answer["id"],
        title=answer["title"] or "",
        url=answer["url"],
        user=answer["basic_auth_user"] or "",
        interactive=answer["is_interactive"],
        trouble=trouble,
    )


def asked_task(task: Any) -> AskedTask:
    """Return the text and the document's id that a task holds, None for what is missing or no text; never raises."""
    data = task.get("data") if isinstance(task, Mapping) else None
    text, document = (data.get(TEXT), data.get(DOCUMENT)) if isinstance(data, Mapping) else (None, None)
    return AskedTask(text if isinstance(text, str) else None, document if isinstance(document, str) else None)


def labels_of(config: Any) -> Labels | None:
    """Return the labels of each control of a labelling interface for our text, or None where it is none to be read."""
    # No interface has a document type, and only that could make entities to expand.
    if not isinstance(config, str) or not config.strip() or "<!DOCTYPE" in config:
        return None
    try:
        page = ET.fromstring(config)  # noqa: S314 - without a document type, nothing expands
    except (ET.ParseError, ValueError):
        return None
    controls = [control for control in page.iter("Labels") if control.get("toName") == TEXT]
    return {
        control.get("name", ""): frozenset(label.get("value", "") for label in control.iter("Label"))
        for control in controls
    }
