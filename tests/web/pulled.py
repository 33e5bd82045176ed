"""The pull API on a world with two versions of a dataset, `stable` set to the first one and converted to a format."""

from pathlib import Path

from flask import Flask

from curator.domain.dataset_ref import DatasetRef
from curator.files.version_files import VersionFileReader
from curator.files.versions import VersionFolder
from curator.steps.datasets.pull import Pull
from curator.steps.datasets.tags import tag_version
from curator.steps.ports.store import StoreOpener
from curator.web.api.blueprint import Api
from curator.web.api.limits import ApiLimits
from curator.web.application import Parts, create_app
from curator.web.doors.api import ApiDoor
from tests.fakes.world import World
from tests.web.filled import fill

V1 = "/api/v1/datasets/news/versions/1"
STABLE = "/api/v1/datasets/news/versions/stable"
PLENTY = ApiLimits(1_000_000, 1 << 40, 64)
FORM = "conll"
FORM_FILE = "train/one.conll"


def pulled_world(folder: Path) -> World:
    """Return such a world; its versions are under `exports` in the folder."""
    (folder / "world").mkdir()
    world = World(folder / "world")
    fill(world, folder / "exports")
    tag_version(world.store, DatasetRef("news", 1), "stable")
    with VersionFolder(folder / "exports").stage_format("news", 1) as staged:
        staged.append(FORM_FILE, b"Paris B-GPE\n" * 100)
        staged.append("LOSSES.json", b"{}\n")
        staged.replace(FORM)
    return world


def pull_application(
    world: World,
    folder: Path,
    *,
    store: StoreOpener | None = None,
    limits: ApiLimits = PLENTY,
    open_to_this_machine: bool = True,
    webhook_port: int = 0,
) -> Flask:
    """Return the application with its pull API; `store` takes the place of what opens the world's."""
    opener = store or (lambda: world.store)
    storage = VersionFolder(folder / "exports")
    door = ApiDoor(opener, open_to_this_machine=open_to_this_machine)
    parts = Api(Pull(opener, storage, VersionFileReader(storage)), door, limits)
    return create_app(Parts(world.inbox, "s", 1000, lambda: None, lambda: "", webhook_port=webhook_port, api=parts))
