"""Dataset versions, verified: against the store where it is there, else against their manifests."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version as installed

from curator.bootstrap.context import Context
from curator.bootstrap.datasets import named_version, version_storage
from curator.bootstrap.stores import open_store_if_there
from curator.domain.errors import CuratorError
from curator.steps.datasets.verify.verify import Verification
from curator.steps.datasets.verify.verify import verify as verify_version
from curator.steps.ports.formats import Format
from curator.steps.ports.progress import Progress


@contextmanager
def verify(context: Context, dataset: str, progress: Progress) -> Iterator[Verification]:
    """Verify a version, NAME@N or NAME@TAG, as the step does; the store is open while its faults are asked for."""
    with open_store_if_there(context) as store:
        yield verify_version(
            named_version(context, dataset),
            store=store,
            storage=version_storage(context),
            find_format=find_format,
            code_version=installed("curator"),
            progress=progress,
        )


def find_format(name: str) -> Format:
    """Return the format of a name. Raises CuratorError where there is none, or where what makes it is not installed."""
    from curator.bootstrap.formats import formats

    try:
        return formats([name])[0]
    except ImportError as error:
        raise CuratorError(
            f"what it is made with is not installed: {error}", name, "install it, then verify"
        ) from error
