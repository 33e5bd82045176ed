"""Parquet: our four tables, or tables of others with a text and its spans, or tokens and their tags, a row.

Offsets of our own tables count code points. Tables are read a batch of rows at a time.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import PurePosixPath

from curator.domain.document import split_named
from curator.files.formats.extras import require
from curator.files.formats.parquet import TABLES
from curator.files.imports.foreign_rows import ForeignRows, refuse_columns
from curator.files.imports.own_rows import documents_of
from curator.files.imports.storable import storable
from curator.files.imports.tables import Table
from curator.steps.intake.chosen_files import chosen_files
from curator.steps.ports.imports import ImportedDocument, ImportFiles, ImportFormat, ImportPart, ImportParts

_EXTENSION = ".parquet"
_FIRST = "documents"
_SHARD = re.compile(r"-[0-9]{5}-of-[0-9]{5}(?=\.)")
_VALIDATION = "validation"
"""How the `datasets` library calls what is `dev` here."""


def parquet(parts: ImportParts) -> ImportFormat:
    """Return the format: `documents.parquet` with the tables beside it, or files that are a table each."""
    require("pyarrow", "parquet", is_read=True)

    def read(files: ImportFiles) -> Iterator[ImportPart]:
        chosen = chosen_files(files, "Parquet file", [_EXTENSION])
        own = {folder for name in chosen if (folder := _own_folder(files, name)) is not None}
        for folder in sorted(own):
            name = f"{folder}/{_FIRST}{_EXTENSION}".removeprefix("./")
            yield ImportPart(files.shown(name), _checked(_of_tables(files, folder), parts.max_text))
        for name in chosen:
            if PurePosixPath(name).parent.as_posix() not in own or PurePosixPath(name).stem not in TABLES:
                yield ImportPart(files.shown(name), _checked(_of_table(files, name), parts.max_text))

    return ImportFormat("parquet", read)


def _own_folder(files: ImportFiles, file: str) -> str | None:
    """Return the folder of a file that is one of our tables, all of which are in it."""
    folder = PurePosixPath(file).parent
    if PurePosixPath(file).stem in TABLES and all(files.has((folder / f"{t}{_EXTENSION}").as_posix()) for t in TABLES):
        return folder.as_posix()
    return None


def _of_tables(files: ImportFiles, folder: str) -> Callable[[ExitStack], Iterator[ImportedDocument]]:
    def documents(stack: ExitStack) -> Iterator[ImportedDocument]:
        names = {table: (PurePosixPath(folder) / f"{table}{_EXTENSION}").as_posix() for table in TABLES}
        tables = {table: stack.enter_context(Table(files, name)) for table, name in names.items()}
        for name, table in tables.items():
            refuse_columns(table, TABLES[name])
        return documents_of(tables)

    return documents


def _of_table(files: ImportFiles, file: str) -> Callable[[ExitStack], Iterator[ImportedDocument]]:
    plain = _SHARD.sub("", file)
    split = "dev" if PurePosixPath(plain).name.partition(".")[0] == _VALIDATION else split_named(plain)

    def documents(stack: ExitStack) -> Iterator[ImportedDocument]:
        return ForeignRows(stack.enter_context(Table(files, file)), split).documents()

    return documents


def _checked(make: Callable[[ExitStack], Iterator[ImportedDocument]], limit: int) -> Iterator[ImportedDocument]:
    with ExitStack() as stack:
        for document in make(stack):
            yield storable(document, limit)
