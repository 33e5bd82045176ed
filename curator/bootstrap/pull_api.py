"""The pull API, made of the store and the folders of versions."""

from curator.bootstrap.context import Context
from curator.bootstrap.datasets import version_storage
from curator.bootstrap.tokens import reachable_from_elsewhere
from curator.files.version_files import VersionFileReader
from curator.steps.datasets.pull import Pull
from curator.steps.ports.store import StoreOpener
from curator.web.api.blueprint import Api
from curator.web.api.limits import ApiLimits
from curator.web.doors.api import ApiDoor


def make_pull_api(context: Context, host: str, store: StoreOpener) -> Api:
    """Return what the pull API of a process that listens on `host` is made of.

    Whoever uses this machine pulls without a token where nobody else can reach the hook, as pages are shown then.
    """
    storage = version_storage(context)
    door = ApiDoor(store, open_to_this_machine=not reachable_from_elsewhere(context, host))
    return Api(Pull(store, storage, VersionFileReader(storage)), door, pull_limits(context))


def pull_limits(context: Context) -> ApiLimits:
    """Return the configured limits of the pull API."""
    settings = context.settings.api
    return ApiLimits(settings.requests_per_minute, settings.megabytes_per_minute << 20, settings.downloads)
