"""Dataset versions: where they lie, by which rules they are decided, and writing the next one."""

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from curator.bootstrap.context import Context
from curator.bootstrap.reading import READ_ANNOTATION
from curator.bootstrap.schemas import adopt_configured
from curator.bootstrap.stores import open_store
from curator.domain.policy import Policy
from curator.files.versions import VersionFolder
from curator.steps.curation.decide import Rules
from curator.steps.datasets.freeze import Frozen, freeze
from curator.steps.in_force.identity import salt
from curator.steps.ports.store import Store


def version_storage(context: Context) -> VersionFolder:
    """Return where the versions of all datasets lie."""
    return VersionFolder(context.settings.export.path)


def version_folder(context: Context, name: str, number: int) -> Path:
    """Return the folder of a dataset version. Raises CuratorError where there is none."""
    storage = version_storage(context)
    storage.manifest(name, number)
    return storage.path(name, number)


def decision_rules(context: Context, store: Store) -> Rules:
    """Return the configured rules of decisions, with the store's own salt for pseudonyms."""
    export = context.settings.export
    return Rules(Policy(export.policy), export.named_annotators, salt(store))


def export(context: Context, name: str, as_of: str | None, say: Callable[[str], None]) -> Frozen:
    """Write the next version of a dataset where anything changed; with `as_of`, of the store as it was then."""
    with open_store(context) as store:
        if as_of is None:
            adopt_configured(context, store, say)
        return freeze(
            name,
            store=store,
            storage=version_storage(context),
            rules=decision_rules(context, store),
            read_content=READ_ANNOTATION,
            as_of=as_of,
            code_version=version("curator"),
        )
