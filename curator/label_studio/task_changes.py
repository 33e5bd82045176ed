"""Single tasks in Label Studio, changed or taken away after a look at them."""

from contextlib import suppress
from typing import Any

from curator.label_studio.connection import Connection
from curator.label_studio.failures import ServerLacks
from curator.label_studio.results import DOCUMENT
from curator.label_studio.task_reading import TaskReading
from curator.steps.ports.adopted import NOTHING_ADOPTED


class TaskChanges:
    """Changes tasks of a server, each as it is when it is looked at."""

    def __init__(self, server: Connection, name: str) -> None:
        self._server = server
        self._name = name

    def remove_unannotated(self, project: int, task: int, document: str) -> bool:
        """Delete a task as `LabelStudioServer.remove_unannotated` promises.

        What somebody submits between the look and the deletion goes with the task.
        """
        unworked = self._server.look_up(
            lambda sdk: sdk.tasks.with_raw_response.get(str(task)).response.json(),
            lambda answer: self._is_of(answer, project, document) and not (answer["annotations"] or answer["drafts"]),
        )
        if unworked:
            with suppress(ServerLacks):
                self._server.write(lambda sdk: sdk.tasks.delete(str(task)), lambda _: None)
        return unworked is not False

    def add_key(self, task: int, document: str) -> bool:
        """Put our key into a task as `LabelStudioServer.add_key` promises; one that somebody else has there stays.

        What somebody changes of the data between the look and the writing is lost.
        """
        data = self._server.look_up(
            lambda sdk: sdk.tasks.with_raw_response.get(str(task)).response.json(), lambda answer: dict(answer["data"])
        )
        if data is None or data.get(DOCUMENT, document) != document:
            return False
        if DOCUMENT not in data:
            whole = {**data, DOCUMENT: document}
            self._server.write(lambda sdk: sdk.tasks.update(str(task), data=whole), lambda _: None)
        return True

    def _is_of(self, task: Any, project: int, document: str) -> bool:
        ref = TaskReading(self._name, project, NOTHING_ADOPTED, None).ref(task)
        return (ref.project, ref.document) == (project, document)
