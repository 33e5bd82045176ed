"""Dataset versions."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select

from curator.steps.ports.stored_versions import StoredTag, StoredVersion, VersionFile
from curator.store.rows import chunks
from curator.store.tables import DecisionRow, TagRow, Tick, VersionFileRow, VersionRecordRow, VersionRow

_BATCH = 400


class VersionTable:
    """Implements the port `Versions`."""

    def __init__(self, connection: Connection, seq: int) -> None:
        self._connection = connection
        self._seq = seq

    def all(self, dataset: str | None = None) -> list[StoredVersion]:
        return self._versions(*(() if dataset is None else (VersionRow.dataset == dataset,)))

    def find(self, dataset: str, number: int) -> StoredVersion | None:
        return next(iter(self._versions(VersionRow.dataset == dataset, VersionRow.number == number)), None)

    def _versions(self, *conditions: ColumnElement[bool]) -> list[StoredVersion]:
        file = VersionFileRow
        rows = select(VersionRow.__table__, Tick.at).outerjoin(Tick, Tick.seq == VersionRow.seq).where(*conditions)
        files = select(file.version, file.name, file.sha256, file.size).join(VersionRow, VersionRow.id == file.version)
        files_of: dict[int, dict[str, VersionFile]] = {}
        for row in self._connection.execute(files.where(*conditions).order_by(file.version, file.name)):
            files_of.setdefault(row.version, {})[row.name] = VersionFile(row.sha256, row.size)
        return [
            StoredVersion(
                dataset=row.dataset,
                number=row.number,
                digest=row.digest,
                as_of=row.as_of,
                retrospective=row.retrospective,
                files=files_of.get(row.id, {}),
                fetched_from=row.fetched_from or "",
                created_at=row.at or "",
            )
            for row in self._connection.execute(rows.order_by(VersionRow.dataset, VersionRow.number))
        ]

    def add(self, version: StoredVersion, records: Iterable[tuple[str, int]]) -> None:
        row = {
            "seq": self._seq,
            "dataset": version.dataset,
            "number": version.number,
            "digest": version.digest,
            "as_of": version.as_of,
            "retrospective": version.retrospective,
            "fetched_from": version.fetched_from or None,
        }
        number = self._connection.scalar(insert(VersionRow).values(**row).returning(VersionRow.id))
        files = [
            {"version": number, "name": name, "sha256": file.sha256, "size": file.size, "content": file.content}
            for name, file in version.files.items()
        ]
        if files:
            self._connection.execute(insert(VersionFileRow), files)
        places: dict[str, Iterator[int]] = {}
        rows = (
            {"version": number, "split": split, "place": next(places.setdefault(split, count())), "decision": decision}
            for split, decision in records
        )
        for chunk in chunks(rows, 10_000):
            self._connection.execute(insert(VersionRecordRow), chunk)

    def tag(self, dataset: str, name: str, number: int) -> None:
        if self.tagged(dataset, name) != number:
            row = {"seq": self._seq, "dataset": dataset, "name": name, "number": number}
            self._connection.execute(insert(TagRow).values(row))

    def tagged(self, dataset: str, name: str) -> int | None:
        set_to = select(TagRow.number).where(TagRow.dataset == dataset, TagRow.name == name)
        return self._connection.scalar(set_to.order_by(TagRow.id.desc()).limit(1))

    def tags(self, dataset: str | None = None) -> list[StoredTag]:
        newest = select(func.max(TagRow.id)).group_by(TagRow.dataset, TagRow.name)
        if dataset is not None:
            newest = newest.where(TagRow.dataset == dataset)
        return sorted(self._tags(TagRow.id.in_(newest)), key=lambda tag: (tag.dataset, tag.name))

    def tag_history(self, dataset: str | None = None) -> list[StoredTag]:
        return self._tags(*(() if dataset is None else (TagRow.dataset == dataset,)))

    def _tags(self, *conditions: ColumnElement[bool]) -> list[StoredTag]:
        query = select(TagRow.dataset, TagRow.name, TagRow.number, Tick.at).join(Tick, Tick.seq == TagRow.seq)
        rows = self._connection.execute(query.where(*conditions).order_by(TagRow.id))
        return [StoredTag(*row) for row in rows]

    def content(self, version: StoredVersion, file: str) -> bytes:
        query = select(VersionFileRow.content).where(
            VersionFileRow.version == _id(version), VersionFileRow.name == file
        )
        return self._connection.scalar(query) or b""

    def decisions(self, version: StoredVersion, split: str) -> Iterator[int]:
        query = (
            select(VersionRecordRow.decision)
            .where(VersionRecordRow.version == _id(version), VersionRecordRow.split == split)
            .order_by(VersionRecordRow.place)
            .execution_options(yield_per=10_000)
        )
        yield from self._connection.scalars(query)

    def lines(self, version: StoredVersion, split: str) -> Iterator[Sequence[bytes]]:
        query = (
            select(DecisionRow.record)
            .join(VersionRecordRow, VersionRecordRow.decision == DecisionRow.id)
            .where(VersionRecordRow.version == _id(version), VersionRecordRow.split == split)
            .order_by(VersionRecordRow.place)
            .execution_options(yield_per=_BATCH)
        )
        for lines in self._connection.scalars(query).partitions():
            yield [line or b"" for line in lines]

    def counts(self) -> dict[str, Any]:
        return {"versions": self._connection.scalar(select(func.count()).select_from(VersionRow))}


def _id(version: StoredVersion) -> Any:
    """Select the id of a version."""
    query = select(VersionRow.id).where(VersionRow.dataset == version.dataset, VersionRow.number == version.number)
    return query.scalar_subquery()
