"""What verifying a version and looking for its leaks cost: as much a record at eight times the records."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from curator.bootstrap.formats import formats
from curator.domain.canonical import document_id
from curator.domain.dataset_ref import DatasetRef
from curator.domain.split import Assignment
from curator.files.nearness import SketchNearness
from curator.files.versions import VersionFolder
from curator.spacy_models.lemmas import french_lemma
from curator.steps.datasets.leaks.leakage import leakage
from curator.steps.datasets.verify.verify import Verification, verify
from curator.steps.in_force.split_rule import put_split_rule
from curator.steps.intake import near_duplicates
from tests.fakes.parts import RULE, silent
from tests.fakes.world import World
from tests.growth.counting import FACTOR
from tests.growth.test_export import FEW, MANY, annotate, by_document, costs, export
from tests.store.conftest import arrival

REF = DatasetRef("news", 1)


def text(number: int) -> str:
    """Return a text of words of its own, which ends with what all of them end with."""
    return f"Paris {' '.join(f'mot{number}a{at}' for at in range(30))} et tous les autres journaux de la région aussi."


@pytest.fixture
def exported(tmp_path: Path) -> Iterator[list[tuple[int, World]]]:
    """Worlds with a version of few and of many records, in two splits in turn."""
    made = []
    for size in (FEW, MANY):
        (tmp_path / str(size)).mkdir()
        world = World(tmp_path / str(size))
        documents = [document_id(text(number)) for number in range(size)]
        with world.sql.writing() as transaction:
            put_split_rule(transaction, RULE)
            transaction.documents.add([arrival(text(number)) for number in range(size)])
            splits = [("train", "test")[at % 2] for at in range(size)]
            transaction.documents.assign([Assignment(*pair, "given") for pair in zip(documents, splits, strict=True)])
            for task, document in enumerate(documents, start=1):
                annotate(transaction, document, task)
        export(world)
        made.append((size, world))
    yield made
    for _, world in made:
        world.close()


class CountedFolder(VersionFolder):
    """Implements `VersionStorage`; counts the lines that are read."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.lines_read = 0

    def file_lines(self, name: str, number: int, file: str) -> Iterator[bytes]:
        for line in super().file_lines(name, number, file):
            self.lines_read += file.endswith(".jsonl")
            yield line

    def lines_at(self, name: str, number: int, split: str, offsets: object) -> Iterator[bytes]:
        for line in super().lines_at(name, number, split, offsets):  # type: ignore[arg-type]
            self.lines_read += 1
            yield line


class CountedNearness(SketchNearness):
    """Implements `Nearness`; counts the texts that are compared."""

    def __init__(self) -> None:
        self.compared = 0

    def near(self, left: str, right: str) -> bool:
        self.compared += 1
        return super().near(left, right)


def verified(world: World, storage: CountedFolder) -> Verification:
    return verify(
        REF,
        store=world.sql,
        storage=storage,
        find_format=lambda name: formats([name])[0],
        code_version="0",
        progress=silent,
    )


def test_verifying_asks_as_many_statements_a_batch_and_reads_each_line_once(exported: list[tuple[int, World]]) -> None:
    read = []

    def work(_: int, world: World) -> None:
        storage = CountedFolder(world.folder / "exports")
        found = verified(world, storage)
        assert list(found.faults) == []
        read.append(storage.lines_read)

    few, many = costs(exported, work)
    assert by_document(few, many), (str(few), str(many))
    assert many.rows_read < 3 * MANY
    # A record and its loadable form.
    assert read == [2 * FEW, 2 * MANY]


def test_faults_are_told_as_they_are_found(exported: list[tuple[int, World]]) -> None:
    (_, few), (_, many) = exported
    for world in (few, many):
        path = world.folder / "exports" / "news" / "v1" / "train.jsonl"
        path.write_bytes(path.read_bytes().replace(b'"end":5', b'"end":6'))
    read = []
    for world in (few, many):
        storage = CountedFolder(world.folder / "exports")
        found = verified(world, storage)
        first = next(fault for fault in found.faults if fault.line is not None)
        assert first.line == 1
        read.append(storage.lines_read)
    assert read[0] == read[1] <= 4


def test_looking_for_leaks_compares_as_many_texts_a_record(
    exported: list[tuple[int, World]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near_duplicates, "HOLDERS", 3)
    read, compared = [], []

    def work(_: int, world: World) -> None:
        storage, nearness = CountedFolder(world.folder / "exports"), CountedNearness()
        found = leakage(REF, store=world.sql, storage=storage, nearness=nearness, lemma=french_lemma, progress=silent)
        assert not found.leaks
        read.append(storage.lines_read)
        compared.append(nearness.compared)

    few, many = costs(exported, work)
    assert by_document(few, many), (str(few), str(many))
    assert read[1] <= read[0] * FACTOR
    assert 0 < compared[1] <= compared[0] * FACTOR, compared
