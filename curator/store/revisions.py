"""Revisions of annotations, and what is known of their annotators."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from curator.domain.annotation import Identity, Revision, state_from_value
from curator.domain.canonical import digest
from curator.domain.span import Problem
from curator.store.rows import insert_missing
from curator.store.tables import Annotator, GoneNotice, Quarantined, RevisionRow, Watermark

_IDENTITY = (RevisionRow.server, RevisionRow.project, RevisionRow.annotation, RevisionRow.created_at)


class RevisionTable:
    """Implements the port `Revisions`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def current(self, server: str, project: int, annotation: int) -> list[Revision]:
        newest = self._newest().where(
            RevisionRow.server == server, RevisionRow.project == project, RevisionRow.annotation == annotation
        )
        return list(self._read(newest))

    def alive(
        self,
        server: str | None = None,
        project: int | None = None,
        as_of: int | None = None,
        document: str | None = None,
    ) -> Iterator[Revision]:
        newest = self._newest()
        if server is not None:
            newest = newest.where(RevisionRow.server == server)
        if project is not None:
            newest = newest.where(RevisionRow.project == project)
        if as_of is not None:
            newest = newest.where(RevisionRow.seq <= as_of)
        if document is not None:
            newest = newest.where(RevisionRow.document == document)
        return (revision for revision in self._read(newest) if not revision.deleted)

    def of_task(self, server: str, project: int, task: int) -> list[Revision]:
        return [one for one in self.alive(server, project) if one.state is not None and one.state.task == task]

    @staticmethod
    def _newest() -> Select[Any]:
        return select(func.max(RevisionRow.number)).group_by(*_IDENTITY)

    def _read(self, numbers: Select[Any]) -> Iterator[Revision]:
        query = (
            select(RevisionRow.__table__)
            .where(RevisionRow.number.in_(numbers))
            .order_by(RevisionRow.document, *_IDENTITY)
            .execution_options(yield_per=400)
        )
        return map(_revision, self._connection.execute(query))

    def first_seq(self, identity: Identity) -> int:
        row = RevisionRow
        first = select(func.min(row.seq)).where(
            row.server == identity.server,
            row.project == identity.project,
            row.annotation == identity.annotation,
            row.created_at == identity.created_at,
        )
        return int(self._connection.scalar(first) or 0)

    def append(self, identity: Identity, document: str, value: Mapping[str, Any] | None) -> None:
        self._connection.execute(
            insert(RevisionRow).values(
                seq=self._seq,
                server=identity.server,
                project=identity.project,
                annotation=identity.annotation,
                created_at=identity.created_at,
                document=document,
                value=value,
            )
        )

    def quarantine(self, origin: str, document: str | None, problems: Iterable[Problem]) -> None:
        rows = [
            {
                "seq": self._seq,
                "origin": origin,
                "document": document,
                "cause": problem.cause,
                "item": problem.item,
                "item_digest": digest(problem.item),
            }
            for problem in problems
        ]
        insert_missing(self._connection, Quarantined, rows)

    def note_gone(self, server: str, project: int, annotation: int) -> None:
        insert_missing(self._connection, GoneNotice, [{"server": server, "project": project, "annotation": annotation}])

    def was_noted_gone(self, server: str, project: int, annotation: int) -> bool:
        query = select(GoneNotice.annotation).where(
            GoneNotice.server == server, GoneNotice.project == project, GoneNotice.annotation == annotation
        )
        return self._connection.scalar(query) is not None

    def annotators(self, server: str | None = None) -> dict[tuple[str, int], str]:
        query = select(Annotator.server, Annotator.user, Annotator.email)
        if server is not None:
            query = query.where(Annotator.server == server)
        return {(row.server, row.user): row.email for row in self._connection.execute(query)}

    def save_annotators(self, server: str, users: Mapping[int, str]) -> None:
        known = self.annotators(server)
        for user, email in users.items():
            if known.get((server, user)) == email:
                continue
            if not insert_missing(self._connection, Annotator, [{"server": server, "user": user, "email": email}]):
                where = (Annotator.server == server, Annotator.user == user)
                self._connection.execute(update(Annotator).where(*where).values(email=email))

    def watermark(self, server: str, project: int) -> str | None:
        query = select(Watermark.updated_at).where(Watermark.server == server, Watermark.project == project)
        return self._connection.scalar(query)

    def save_watermark(self, server: str, project: int, updated_at: str) -> None:
        row = {"server": server, "project": project, "updated_at": updated_at}
        if not insert_missing(self._connection, Watermark, [row]):
            where = (Watermark.server == server, Watermark.project == project)
            self._connection.execute(update(Watermark).where(*where).values(updated_at=updated_at))

    def counts(self) -> dict[str, Any]:
        return {
            "annotations": sum(1 for _ in self.alive()),
            "revisions": self._connection.scalar(select(func.count()).select_from(RevisionRow)),
            "quarantined": self._connection.scalar(select(func.count()).select_from(Quarantined)),
        }


def _revision(row: Row[Any]) -> Revision:
    identity = Identity(row.server, row.project, row.annotation, row.created_at)
    state = None if row.value is None else state_from_value(identity, row.value)
    return Revision(row.number, identity, row.document, state)
