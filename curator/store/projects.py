"""All projects in Label Studio that ever were ours, and what the store holds of each."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select, update

from curator.steps.ports.stored_projects import TaskHolding
from curator.store.rows import chunks
from curator.store.tables import CurrentRow, ProjectRow, TaskRow


class ProjectTable:
    """Implements the port `Projects`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_server(self, server: str) -> list[int]:
        first = func.min(ProjectRow.id)
        query = select(ProjectRow.project).where(ProjectRow.server == server).group_by(ProjectRow.project)
        return list(self._connection.scalars(query.order_by(first)))

    def doubled(self, server: str, project: int) -> dict[str, list[int]]:
        live = (TaskRow.server == server, TaskRow.project == project, TaskRow.gone.is_(False))
        several = select(TaskRow.document).where(*live).group_by(TaskRow.document).having(func.count() > 1)
        query = select(TaskRow.document, TaskRow.task).where(*live, TaskRow.document.in_(several))
        doubled: dict[str, list[int]] = {}
        for row in self._connection.execute(query.order_by(TaskRow.document, TaskRow.task)):
            doubled.setdefault(row.document, []).append(row.task)
        return doubled

    def documents(self, server: str, project: int, tasks: Iterable[int]) -> dict[int, str]:
        documents: dict[int, str] = {}
        for chunk in chunks(tasks, 400):
            query = select(TaskRow.task, TaskRow.document).where(
                TaskRow.server == server, TaskRow.project == project, TaskRow.task.in_(chunk), TaskRow.gone.is_(False)
            )
            documents.update((row.task, row.document) for row in self._connection.execute(query))
        return documents

    def take_away(self, server: str, project: int, tasks: Iterable[int]) -> None:
        for chunk in chunks(tasks, 400):
            self._connection.execute(
                update(TaskRow)
                .where(TaskRow.server == server, TaskRow.project == project, TaskRow.task.in_(chunk))
                .where(TaskRow.gone.is_(False))
                .values(gone=True, gone_seq=None)
            )

    def holdings(self, source: str) -> dict[int, TaskHolding]:
        query = (
            select(CurrentRow.task, func.count().label("annotations"), func.max(CurrentRow.updated_at).label("newest"))
            .where(CurrentRow.source == source, CurrentRow.task.is_not(None))
            .group_by(CurrentRow.task)
        )
        rows = self._connection.execute(query)
        return {int(row.task or 0): TaskHolding(row.annotations, row.newest) for row in rows}
