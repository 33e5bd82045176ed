"""Dataset versions copied to addresses elsewhere, and fetched from there."""

from importlib.metadata import version as installed

from curator.bootstrap.context import Context
from curator.bootstrap.datasets import version_storage
from curator.bootstrap.stores import open_store, open_store_if_there
from curator.bootstrap.verifying import find_format
from curator.domain.dataset_ref import version_name
from curator.domain.errors import CuratorError
from curator.files.remote import FsspecFolder, remote_folder
from curator.steps.datasets.copying import Copied, copy_version
from curator.steps.datasets.fetching import Fetched, Fetching
from curator.steps.datasets.tags import tagged_version
from curator.steps.ports.progress import Progress


def copy(context: Context, version: str, address: str, progress: Progress, *, with_formats: bool) -> Copied:
    """Copy a version, NAME@N or NAME@TAG, to an address as the step does."""
    storage = version_storage(context)
    with open_store_if_there(context) as store:
        ref = tagged_version(store, version_name(version))
        target = _lasting(address)
        return copy_version(ref, target, store=store, storage=storage, progress=progress, with_formats=with_formats)


def fetch(context: Context, address: str, name: str | None, progress: Progress) -> Fetched:
    """Fetch a copied version from an address as the step does, under another name if given."""
    source = _lasting(address)
    with open_store(context) as store:
        fetching = Fetching(store, version_storage(context), find_format, installed("curator"), progress)
        return fetching.fetch(source, name)


def _lasting(address: str) -> FsspecFolder:
    """Return the folder of an address. Raises CuratorError for one whose files end with this process."""
    folder = remote_folder(address)
    if folder.address.startswith("memory://"):
        raise CuratorError("what is in memory ends with the command", folder.address, "name a path, or PROTOCOL://…")
    return folder
