"""Dataset versions, verified: against the store where it is there, else against their manifests."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version as installed

from curator.bootstrap.context import Context
from curator.bootstrap.databases import is_own_file
from curator.bootstrap.datasets import version_storage
from curator.bootstrap.stores import open_store
from curator.domain.dataset_ref import dataset_ref
from curator.domain.errors import CuratorError
from curator.steps.datasets.verify.verify import Verification
from curator.steps.datasets.verify.verify import verify as verify_version
from curator.steps.ports.formats import Format
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store


@contextmanager
def verify(context: Context, dataset: str, progress: Progress) -> Iterator[Verification]:
    """Verify a version, NAME@N, as the step does; the store is open while its faults are asked for."""
    with store_if_there(context) as store:
        yield verify_version(
            dataset_ref(dataset),
            store=store,
            storage=version_storage(context),
            find_format=_format,
            code_version=installed("curator"),
            progress=progress,
        )


@contextmanager
def store_if_there(context: Context) -> Iterator[Store | None]:
    """Open the store; None where it would be a file of the workspace and is gone."""
    if is_own_file(context) and not context.workspace.store.exists():
        yield None
        return
    with open_store(context) as store:
        yield store


def _format(name: str) -> Format:
    from curator.bootstrap.formats import formats

    try:
        return formats([name])[0]
    except ImportError as error:
        raise CuratorError(
            f"what it is made with is not installed: {error}", name, "install it, then verify"
        ) from error
