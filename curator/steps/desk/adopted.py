"""Adopted projects, as the store knows them."""

from collections.abc import Mapping

from curator.steps.ports.store import Store
from curator.steps.ports.stored_projects import StoredTask
from curator.steps.ports.stored_tasks import ProjectRole


class StoredAdoptions:
    """Implements `AdoptedTasks` by a store, for one server."""

    def __init__(self, store: Store, server: str) -> None:
        self._store = store
        self._server = server
        self._roles: dict[int, ProjectRole] = {}

    def is_adopted(self, project: int) -> bool:
        # What a project is for never changes once it is ours.
        if project not in self._roles:
            with self._store.reading() as transaction:
                role = transaction.projects.role(self._server, project)
            if role is None:
                return False
            self._roles[project] = role
        return self._roles[project] is ProjectRole.ADOPTED

    def known(self, project: int, created: Mapping[int, str]) -> Mapping[int, StoredTask]:
        with self._store.reading() as transaction:
            known = transaction.projects.known(self._server, project, created)
        return {number: task for number, task in known.items() if task.created_at == created[number]}
