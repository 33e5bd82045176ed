"""The folder that a training works in, shared by processes that may be killed."""

from pathlib import Path

import pytest

from curator.domain.errors import CuratorError
from curator.spacy_models.training_folder import put_in_place, remove_abandoned, training_folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_it_is_empty_and_gone_at_the_end_however_that_comes(tmp_path: Path) -> None:
    out = tmp_path / "models" / "a"

    def interrupted() -> None:
        with training_folder(out) as folder:
            assert names(folder) == []
            (folder / "half").write_text("")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert names(out.parent) == []


def test_a_training_to_the_same_model_is_refused_and_one_to_another_is_not(tmp_path: Path) -> None:
    with training_folder(tmp_path / "a") as folder:
        with pytest.raises(CuratorError, match="is being trained by another process"), training_folder(tmp_path / "a"):
            pass
        with training_folder(tmp_path / "b"):
            assert len(names(tmp_path)) == 2
        assert folder.is_dir()


def test_what_a_killed_training_left_is_removed_and_nothing_of_one_that_runs(tmp_path: Path) -> None:
    with training_folder(tmp_path / "running") as running:
        (running / "half").write_text("")
        left = tmp_path / ".killed.curator-training"
        (left / "output").mkdir(parents=True)
        (tmp_path / ".hidden").mkdir()
        remove_abandoned(tmp_path)
        assert names(running) == ["half"]
        assert names(tmp_path) == [".hidden", running.name]
    remove_abandoned(tmp_path / "not there")


def test_what_was_left_of_the_same_model_is_not_in_the_way(tmp_path: Path) -> None:
    left = tmp_path / ".a.curator-training"
    (left / "output").mkdir(parents=True)
    (left / "file").write_text("")
    with training_folder(tmp_path / "a") as folder:
        assert (folder, names(folder)) == (left, [])


def test_a_model_takes_the_place_of_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "a"
    out.mkdir()
    (out / "old").write_text("")
    with training_folder(out) as folder:
        (folder / "best").mkdir()
        (folder / "best" / "new").write_text("")
        put_in_place(folder / "best", out, folder)
    assert (names(tmp_path), names(out)) == (["a"], ["new"])
