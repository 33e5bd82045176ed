"""A version into a registered model, with a trainer of a few lines and a store that may die."""

import hashlib
import json
from pathlib import Path

import pytest

from curator.domain.dataset_ref import DatasetRef, dataset_ref
from curator.domain.errors import CuratorError
from curator.domain.loss import Loss
from curator.files.versions import VersionFolder
from curator.steps.learning.train import Model, train
from curator.steps.ports.pipelines import Trained, Training
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store
from tests.fakes.fuse import Fuse, FusedStore, Killed
from tests.fakes.parts import silent
from tests.fakes.world import World

LOSSES = tuple(Loss("d", "span", {"layer": "events"}, reason) for reason in ("long", "inside", "long"))


class Folders:
    """Implements `Trainer`: a folder is a model; counts the trainings, and dies before or after one when told to."""

    def __init__(self) -> None:
        self.trainings = 0
        self.scores = {"ents_f": 0.5}
        self.killed = ""

    def __call__(self, training: Training, progress: Progress) -> Trained:
        assert training.replace
        assert str(training.dataset) == "news-v1"
        if training.out.exists():
            return Trained(training.out, self.scores, LOSSES, unchanged=True)
        self.trainings += 1
        if self.killed == "before":
            raise Killed
        training.out.mkdir(parents=True)
        if self.killed == "after":
            raise Killed
        return Trained(training.out, self.scores, LOSSES)


class Setting:
    """A version, a config, and a training of it."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.storage = VersionFolder(folder / "exports")
        self.store = store
        self.config = folder / "train.cfg"
        self.config.write_text("[nlp]")
        self.models = folder / "models"
        self.trainer = Folders()
        facts = {"train.jsonl": {"sha256": hashlib.sha256(b"{}").hexdigest()}}
        manifest = json.dumps({"digest": "d" * 64, "files": facts}).encode()
        self.storage.write("news", 1, {"train.jsonl": [b"{}"], "manifest.json": [manifest]})

    def train(self, store: Store | None = None) -> Model:
        return train(
            DatasetRef("news", 1),
            self.config,
            self.models,
            storage=self.storage,
            store=store or self.store,
            trainer=self.trainer,
            progress=silent,
        )

    def rows(self) -> int:
        with self.store.reading() as transaction:
            models = transaction.counts()["models"]
        return int(models)


@pytest.fixture
def setting(world: World, tmp_path: Path) -> Setting:
    return Setting(tmp_path, world.store)


def test_a_version_and_a_config_train_once_and_say_what_was_not_learnt(setting: Setting) -> None:
    first, again = setting.train(), setting.train()
    assert (first.unchanged, again.unchanged, setting.trainer.trainings) == (False, True, 1)
    assert first.name.startswith("news-v1-")
    assert first.path == setting.models / first.name
    assert first.not_learnt == again.not_learnt == {"inside": 1, "long": 2}
    assert setting.rows() == 1
    setting.config.write_text("[nlp]\n")
    assert setting.train().name != first.name
    assert setting.rows() == 2


@pytest.mark.parametrize("killed", ["before", "after"])
def test_a_training_that_was_killed_is_gone_on_with(setting: Setting, killed: str) -> None:
    setting.trainer.killed = killed
    with pytest.raises(Killed):
        setting.train()
    assert setting.rows() == 0
    setting.trainer.killed = ""
    assert setting.train().unchanged is (killed == "after")
    assert (setting.rows(), setting.train().unchanged) == (1, True)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_registering_that_was_killed_is_made_up_for(setting: Setting, length: int) -> None:
    with pytest.raises(Killed):
        setting.train(FusedStore(setting.store, Fuse(length)))
    model = setting.train()
    assert (model.unchanged, setting.trainer.trainings, setting.rows()) == (True, 1, 1)


def test_a_model_that_was_removed_is_trained_again(setting: Setting) -> None:
    setting.train().path.rmdir()
    assert (setting.train().unchanged, setting.rows()) == (False, 1)


def test_a_version_that_was_changed_is_not_trained_from(setting: Setting) -> None:
    (setting.storage.path("news", 1) / "train.jsonl").write_text("{} ")
    with pytest.raises(CuratorError, match="was changed"):
        setting.train()
    assert setting.trainer.trainings == 0


@pytest.mark.parametrize("name", ["news", "@1", "news@", "news@x"])
def test_what_names_no_version_is_refused(name: str) -> None:
    with pytest.raises(CuratorError, match="names no dataset version"):
        dataset_ref(name)
    assert dataset_ref("my.news@v2") == DatasetRef("my.news", 2)
