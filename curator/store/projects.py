"""All projects in Label Studio that ever were ours, and what the store holds of each."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select, update

from curator.domain.annotation import Identity, ProjectSource
from curator.steps.ports.stored_projects import KnownAnnotation, StoredTask, TaskHolding
from curator.steps.ports.stored_tasks import ProjectRole
from curator.store.rows import chunks, insert_missing
from curator.store.tables import CurrentRow, DocumentRow, DoubledRow, HeldRow, ProjectRow, TaskRow, UnevenRow

_BATCH = 400
_STEP = 10


class ProjectTable:
    """Implements the port `Projects`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_server(self, server: str) -> list[int]:
        first = func.min(ProjectRow.id)
        query = select(ProjectRow.project).where(ProjectRow.server == server).group_by(ProjectRow.project)
        return list(self._connection.scalars(query.order_by(first)))

    def adopted(self, server: str) -> set[int]:
        of_role = (ProjectRow.server == server, ProjectRow.role == ProjectRole.ADOPTED.value)
        return set(self._connection.scalars(select(ProjectRow.project).where(*of_role)))

    def role(self, server: str, project: int) -> ProjectRole | None:
        of_project = (ProjectRow.server == server, ProjectRow.project == project)
        role = self._connection.scalar(select(ProjectRow.role).where(*of_project).order_by(ProjectRow.id).limit(1))
        return None if role is None else ProjectRole(role)

    def doubled(self, server: str, project: int) -> dict[str, list[int]]:
        several = select(DoubledRow.document).where(DoubledRow.server == server, DoubledRow.project == project)
        tasks: dict[str, list[int]] = {}
        for chunk in chunks(sorted(self._connection.scalars(several)), _BATCH):
            query = select(TaskRow.document, TaskRow.task).where(*_live(ProjectSource(server, project)))
            for row in self._connection.execute(query.where(TaskRow.document.in_(chunk))):
                tasks.setdefault(row.document, []).append(row.task)
        return {document: sorted(tasks[document]) for document in sorted(tasks) if len(tasks[document]) > 1}

    def documents(self, server: str, project: int, tasks: Iterable[int]) -> dict[int, str]:
        documents: dict[int, str] = {}
        for chunk in chunks(tasks, _BATCH):
            query = select(TaskRow.task, TaskRow.document).where(
                TaskRow.server == server, TaskRow.project == project, TaskRow.task.in_(chunk), TaskRow.gone.is_(False)
            )
            documents.update((row.task, row.document) for row in self._connection.execute(query))
        return documents

    def known(self, server: str, project: int, tasks: Iterable[int]) -> dict[int, StoredTask]:
        known: dict[int, StoredTask] = {}
        for chunk in chunks(tasks, _BATCH):
            query = select(TaskRow.task, TaskRow.document, TaskRow.created_at, TaskRow.raw_form)
            query = query.where(*_live(ProjectSource(server, project)), TaskRow.task.in_(chunk))
            rows = self._connection.execute(query)
            known |= {row.task: StoredTask(row.document, row.created_at, row.raw_form) for row in rows}
        return known

    def take_away(self, server: str, project: int, tasks: Iterable[int]) -> None:
        for chunk in chunks(tasks, _BATCH):
            self._connection.execute(
                update(TaskRow)
                .where(TaskRow.server == server, TaskRow.project == project, TaskRow.task.in_(chunk))
                .where(TaskRow.gone.is_(False))
                .values(gone=True, gone_seq=None)
            )

    def stored(self, documents: Iterable[str]) -> set[str]:
        stored = set[str]()
        for chunk in chunks(documents, _BATCH):
            stored.update(self._connection.scalars(select(DocumentRow.id).where(DocumentRow.id.in_(chunk))))
        return stored

    def annotations(self, source: str, tasks: Iterable[int]) -> dict[int, list[KnownAnnotation]]:
        known: dict[int, list[KnownAnnotation]] = {}
        columns = (CurrentRow.task, CurrentRow.key, CurrentRow.created_at, CurrentRow.document, CurrentRow.updated_at)
        for chunk in chunks(tasks, _BATCH):
            query = select(*columns).where(CurrentRow.source == source, CurrentRow.task.in_(chunk))
            for row in self._connection.execute(query):
                annotation = KnownAnnotation(Identity(source, row.key, row.created_at), row.document, row.updated_at)
                known.setdefault(int(row.task or 0), []).append(annotation)
        return known

    def holdings(self, source: str) -> dict[int, TaskHolding]:
        query = (
            select(CurrentRow.task, func.count().label("annotations"), func.max(CurrentRow.updated_at).label("newest"))
            .where(CurrentRow.source == source, CurrentRow.task.is_not(None))
            .group_by(CurrentRow.task)
        )
        rows = self._connection.execute(query)
        return {int(row.task or 0): TaskHolding(row.annotations, row.newest) for row in rows}

    def latest_tasks(self, project: ProjectSource, number: int, without: Collection[int]) -> list[int]:
        annotated = (
            select(CurrentRow.task)
            .where(CurrentRow.source == str(project), CurrentRow.task.is_not(None))
            .order_by(CurrentRow.updated_at.desc())
        )
        came = select(TaskRow.task).where(*_live(project)).order_by(TaskRow.since.desc())
        latest = set[int]()
        for query in (annotated, came):
            latest.update(islice(self._distinct(query, without), number))
        return sorted(latest)

    def note_seen(self, project: ProjectSource, seen: Mapping[int, int | None]) -> None:
        for chunk in chunks(seen.items(), _BATCH):
            tasks = [task for task, _ in chunk]
            is_among = (UnevenRow.source == str(project), UnevenRow.task.in_(tasks))
            query = select(UnevenRow.task, UnevenRow.tasks, UnevenRow.annotations).where(*is_among)
            before = {row.task: (row.tasks, row.annotations) for row in self._connection.execute(query)}
            differing = self._differing(project, dict(chunk))
            changed = [task for task in tasks if before.get(task) != differing.get(task)]
            if not changed:
                continue
            self._connection.execute(
                delete(UnevenRow).where(UnevenRow.source == str(project), UnevenRow.task.in_(changed))
            )
            rows = [
                {"source": str(project), "task": task, "tasks": differing[task][0], "annotations": differing[task][1]}
                for task in changed
                if task in differing
            ]
            insert_missing(self._connection, UnevenRow, rows)

    def uneven(self, project: ProjectSource) -> set[int]:
        return set(self._connection.scalars(select(UnevenRow.task).where(UnevenRow.source == str(project))))

    def expected(self, project: ProjectSource) -> tuple[int, int]:
        of_source = UnevenRow.source == str(project)
        live = select(func.count()).select_from(TaskRow).where(*_live(project))
        current = select(func.count()).select_from(CurrentRow).where(CurrentRow.source == str(project))
        more_tasks = select(func.coalesce(func.sum(UnevenRow.tasks), 0)).where(of_source)
        more_annotations = select(func.coalesce(func.sum(UnevenRow.annotations), 0)).where(of_source)
        numbers = (query.scalar_subquery() for query in (live, more_tasks, current, more_annotations))
        tasks, tasks_more, annotations, annotations_more = self._connection.execute(select(*numbers)).one()
        return int(tasks + tasks_more), int(annotations + annotations_more)

    def _differing(self, project: ProjectSource, seen: Mapping[int, int | None]) -> dict[int, tuple[int, int]]:
        """Return of the tasks that differ, or of which something is held, what the server has more, mostly nothing."""
        live = self.documents(project.server, project.project, seen)
        query = (
            select(CurrentRow.task, func.count().label("annotations"))
            .where(CurrentRow.source == str(project), CurrentRow.task.in_(list(seen)))
            .group_by(CurrentRow.task)
        )
        current = {row.task: row.annotations for row in self._connection.execute(query)}
        more = {
            task: (int(there is not None) - int(task in live), (there or 0) - current.get(task, 0))
            for task, there in seen.items()
        }
        is_held = select(HeldRow.task).where(HeldRow.source == str(project), HeldRow.task.in_(list(seen)))
        held = set(self._connection.scalars(is_held))
        return {task: difference for task, difference in more.items() if difference != (0, 0) or task in held}

    def _distinct(self, query: Select[Any], without: Collection[int]) -> Iterator[int]:
        """Yield tasks as a query has them, each the first time, reading no further than is asked for."""
        passed = set(without)
        with self._connection.execute(query.execution_options(yield_per=_STEP)) as rows:
            for task in rows.scalars():
                if task not in passed:
                    passed.add(task)
                    yield int(task)


def _live(project: ProjectSource) -> tuple[Any, ...]:
    return TaskRow.server == project.server, TaskRow.project == project.project, TaskRow.gone.is_(False)
