"""What `convert` writes, `import` reads: exported again it is the version, but for what the format's ledger lists."""

from pathlib import Path

import pytest

from curator.bootstrap.formats import FORMATS, formats
from curator.domain.document import SPLITS
from tests.files.formats.hard_case import RECORDS
from tests.files.formats.restoring import comparable, restored
from tests.files.imports.generated import generated
from tests.files.imports.two_stores import Desk, filled

_GENERATED = 1_000


@pytest.fixture(scope="module", params=["hard case", "generated"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk with a version of the hard case, or of generated records."""
    records = RECORDS if request.param == "hard case" else generated(_GENERATED)
    made = filled(tmp_path_factory.mktemp("original") / "store", records)
    made.exported()
    return made


def test_the_original_is_worth_the_trip(desk: Desk) -> None:
    records = [record for of in desk.exported().values() for record in of]
    assert len(records) in (sum(map(len, RECORDS.values())), _GENERATED)
    assert sum(len(record.content.spans) for record in records) > len(records)
    assert any(record.relations for record in records)
    assert any(record.attributes for record in records)


def test_records_come_back_as_they_are(desk: Desk, tmp_path: Path) -> None:
    other = Desk(tmp_path / "other")
    report = other.take(desk.folder / "exports" / "news" / "v1", form="records")
    assert not report.refused
    assert not report.causes
    assert other.exported() == desk.exported()


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_format_comes_back_but_for_what_its_ledger_lists(desk: Desk, tmp_path: Path, name: str) -> None:
    folder, losses = desk.written(name)
    other = Desk(tmp_path / "other")
    report = other.take(folder, form=name)
    assert not report.refused
    assert not report.causes
    not_held = formats([name])[0].not_held
    version, original = restored(other.exported(), losses), desk.exported()
    for split in SPLITS:
        assert comparable(version[split], not_held) == comparable(original[split], not_held)
    again = other.take(folder, form=name)
    assert (again.annotations, again.new_documents) == (0, 0)
    assert again.unchanged == report.annotations
