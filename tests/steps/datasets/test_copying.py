"""A version at an address elsewhere: all of it, once, read back, or no version."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from curator.bootstrap.formats import formats
from curator.domain.errors import CuratorError
from curator.files.remote import remote_folder
from curator.steps.datasets.convert import convert
from curator.steps.datasets.copying import MARK
from tests.fakes.remote import Line, failing_folder
from tests.steps.datasets.copies import NEWS, TEXTS, Site, content, site


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path / "here") as made:
        made.annotate(*TEXTS)
        made.export()
        yield made


@pytest.fixture(params=["file", "path", "memory"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An address of each kind, with nothing there."""
    yield {
        "file": f"file://{tmp_path}/elsewhere",
        "path": f"{tmp_path}/elsewhere",
        "memory": "memory://elsewhere/deeper",
    }[request.param]
    memory: Any = fsspec.filesystem("memory")
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]


def there(address: str) -> dict[str, bytes]:
    """Return what is at an address."""
    folder = remote_folder(address)
    return {name: b"".join(folder.blocks(name)) for name in folder.sizes()}


def test_a_version_is_copied_once_and_read_back(here: Site, address: str) -> None:
    files = here.files()
    size = sum(map(len, files.values()))
    first = here.copy(address)
    assert there(address) == {f"news/v1/{name}": data for name, data in files.items()}
    assert first.address.endswith("/elsewhere/deeper/news/v1" if "memory" in address else "/elsewhere/news/v1")
    assert (first.files, first.size, first.sent, first.skipped) == (len(files), size, len(files), 0)
    assert (first.verified, first.bytes_sent, first.bytes_verified, first.unchanged) == (len(files), size, size, False)
    again = here.copy(address)
    assert (again.sent, again.bytes_sent, again.skipped, again.unchanged) == (0, 0, len(files), True)
    assert (again.verified, again.bytes_verified) == (len(files), size)


def test_formats_are_copied_where_they_are_asked_for(here: Site, address: str) -> None:
    for _ in convert(NEWS, formats(["doccano"]), store=here.world.store, storage=here.storage):
        pass
    without = here.copy(address)
    both = here.copy(address, with_formats=True)
    names = {name for name in here.files() if name.startswith("formats/doccano/")}
    assert names
    assert (both.sent, both.skipped) == (len(names), without.files)
    assert there(address) == {f"news/v1/{name}": data for name, data in here.files().items()}
    assert here.copy(address).unchanged
    assert here.copy(address, with_formats=True).unchanged


def test_another_version_under_the_name_is_refused_and_left_as_it_is(here: Site, address: str, tmp_path: Path) -> None:
    with site(tmp_path / "other") as other:
        other.annotate(*TEXTS, label="PER")
        other.export()
        other.copy(address)
    before = there(address)
    with pytest.raises(CuratorError, match="there is another version than news@1"):
        here.copy(address)
    assert there(address) == before


@pytest.mark.parametrize("name", ["train.jsonl", "notes.txt", MARK])
def test_a_folder_that_is_no_copy_of_the_version_is_refused(here: Site, address: str, name: str) -> None:
    remote_folder(address).inner("news").inner("v1").write(name, [b"mine\n"])
    if name == MARK:
        remote_folder(address).inner("news/v1").write("train.jsonl", [b"of another"])
    before = there(address)
    with pytest.raises(CuratorError, match="something else than news@1") as caught:
        here.copy(address)
    assert "\n" not in str(caught.value)
    assert there(address) == before


def test_what_was_changed_here_is_not_copied(here: Site, address: str) -> None:
    (here.exports / "news" / "v1" / "train.jsonl").write_bytes(b"{}\n")
    with pytest.raises(CuratorError, match=r"train\.jsonl was changed"):
        here.copy(address)
    assert there(address) == {}


def test_what_was_damaged_or_removed_there_is_sent_again(here: Site, address: str) -> None:
    here.copy(address)
    folder = remote_folder(address).inner("news").inner("v1")
    folder.remove("README.md")
    folder.write("train.jsonl", [b"cut sho"])
    folder.write("notes.txt", [b"mine"])
    again = here.copy(address)
    assert (again.sent, again.skipped) == (2, again.files - 2)
    whole = {f"news/v1/{name}": data for name, data in here.files().items()}
    assert there(address) == whole | {"news/v1/notes.txt": b"mine"}
    assert here.copy(address).unchanged


def test_formats_that_were_cut_short_are_finished_whatever_is_copied_between(here: Site, address: str) -> None:
    for _ in convert(NEWS, formats(["doccano"]), store=here.world.store, storage=here.storage):
        pass
    here.copy(address)
    folder = remote_folder(address).inner("news").inner("v1")
    names = [name for name in here.files() if name.startswith("formats/")]
    left = 0
    while not set(names) & folder.sizes().keys():
        left += 1
        with pytest.raises(CuratorError):
            here.copy(failing_folder(address, Line(left)), with_formats=True)
    assert here.copy(address).unchanged
    assert folder.size(MARK) is not None
    here.copy(address, with_formats=True)
    assert there(address) == {f"news/v1/{name}": data for name, data in here.files().items()}
    assert folder.size(MARK) is None


def test_a_half_format_that_nothing_marks_is_sent_again(here: Site, address: str) -> None:
    for _ in convert(NEWS, formats(["doccano"]), store=here.world.store, storage=here.storage):
        pass
    here.copy(address)
    (name, *_) = [name for name in here.files() if name.startswith("formats/")]
    remote_folder(address).inner("news/v1").write(name, [b"ha"])
    here.copy(address, with_formats=True)
    assert there(address) == {f"news/v1/{name}": data for name, data in here.files().items()}


def test_a_copying_that_ends_while_another_looks_is_no_error(here: Site, address: str) -> None:
    here.copy(address)
    folder = remote_folder(address)
    folder.inner("news/v1").write(MARK, [b"x"])

    class Ending(type(folder)):  # type: ignore[misc]
        def inner(self, name: str) -> Any:
            inner = super().inner(name)
            return Ending(inner._system, inner._path, address)

        def sizes(self) -> dict[str, int]:
            sizes: dict[str, int] = super().sizes()
            self.remove(MARK)
            return sizes

    assert here.copy(Ending(folder._system, folder._path, address)).unchanged


@pytest.mark.parametrize("scheme", ["file", "memory"])
def test_a_copy_that_is_cut_short_at_any_call_is_no_version_and_goes_on(
    here: Site, tmp_path: Path, scheme: str
) -> None:
    files = here.files()
    whole = {f"news/v1/{name}": data for name, data in files.items()}
    counting = Line()
    place = {"file": f"file://{tmp_path}/counted", "memory": "memory://counted"}[scheme]
    here.copy(failing_folder(place, counting))
    assert counting.calls > 60
    cut_short = 0
    for call in range(counting.calls):
        address = place.replace("counted", f"at{call}")
        with pytest.raises(CuratorError) as caught:
            here.copy(failing_folder(address, Line(call)))
        assert "\n" not in str(caught.value)
        left = there(address)
        if "news/v1/manifest.json" in left and left["news/v1/manifest.json"] == files["manifest.json"]:
            assert {name: data for name, data in left.items() if not name.endswith(MARK)} == whole
        again = here.copy(address)
        assert there(address) == whole
        assert again.sent + again.skipped == len(files)
        cut_short += bool(left) and not again.unchanged
    assert cut_short > 20


def test_what_arrived_is_not_sent_again(here: Site, tmp_path: Path) -> None:
    counting = Line()
    here.copy(failing_folder(f"{tmp_path}/counted", counting))
    with pytest.raises(CuratorError):
        here.copy(failing_folder(f"{tmp_path}/there", Line(counting.calls - 30)))
    again = here.copy(f"{tmp_path}/there")
    assert 0 < again.sent < 4 < again.skipped


def test_an_answer_that_is_not_what_was_sent_is_told(here: Site, tmp_path: Path) -> None:
    folder = remote_folder(f"{tmp_path}/there")

    class Garbling(type(folder)):  # type: ignore[misc]
        def inner(self, name: str) -> Any:
            inner = super().inner(name)
            return Garbling(inner._system, inner._path, f"{tmp_path}/there")

        def write(self, file: str, blocks: Any) -> None:
            super().write(file, [b"".join(blocks).replace(b"Lyon", b"Lion")])

    with pytest.raises(CuratorError, match="did not arrive as it was sent"):
        here.copy(Garbling(folder._system, folder._path, f"{tmp_path}/there"))
    assert not (tmp_path / "there" / "news" / "v1" / "manifest.json").exists()
    assert here.copy(f"{tmp_path}/there").skipped > 0
    assert content(tmp_path / "there" / "news" / "v1") == here.files()


def test_a_store_that_is_gone_needs_none_to_copy(here: Site, tmp_path: Path) -> None:
    other = Site(tmp_path / "bare")
    shutil.copytree(here.exports, other.exports)
    assert other.copy(f"{tmp_path}/there").sent == len(here.files())
    other.close()
