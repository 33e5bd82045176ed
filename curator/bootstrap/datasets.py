"""Dataset versions: where they lie, by which rules they are decided, and writing the next one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version as installed
from pathlib import Path

from curator.bootstrap.context import Context
from curator.bootstrap.export_filters import NO_LISTS, Lists, resolved
from curator.bootstrap.reading import READ_ANNOTATION
from curator.bootstrap.schemas import adopt_configured
from curator.bootstrap.stores import open_store, open_store_if_there
from curator.domain.dataset_ref import DatasetRef, version_name
from curator.domain.errors import CuratorError
from curator.domain.policy import policy_from_text
from curator.files.versions import VersionFolder
from curator.steps.curation.decide import Rules
from curator.steps.datasets.asked import NOTHING, Asked
from curator.steps.datasets.folder import refuse_changed, stored_version, write_folder
from curator.steps.datasets.freeze import Frozen, freeze
from curator.steps.datasets.tags import tagged_version
from curator.steps.datasets.versions import ListedVersion, versions
from curator.steps.in_force.identity import salt
from curator.steps.ports.store import Store
from curator.steps.ports.stored_versions import StoredVersion


@dataclass(frozen=True, slots=True)
class Restored:
    """A version, where its folder is, and whether it was missing and is written again."""

    version: StoredVersion
    path: Path
    restored: bool


def version_storage(context: Context) -> VersionFolder:
    """Return where the versions of all datasets lie."""
    return VersionFolder(context.settings.export.path)


def version_folder(context: Context, name: str, number: int) -> Path:
    """Return the folder of a dataset version. Raises CuratorError where there is none, or where it was changed."""
    storage = version_storage(context)
    with open_store_if_there(context) as store:
        refuse_changed(name, number, store=store, storage=storage)
    return storage.path(name, number)


def named_version(context: Context, dataset: str) -> DatasetRef:
    """Return the version that users name NAME@N or NAME@TAG; the store is asked for tags alone.

    Raises CuratorError where that names none.
    """
    ref = version_name(dataset)
    if isinstance(ref, DatasetRef):
        return ref
    with open_store_if_there(context) as store:
        return tagged_version(store, ref)


def decision_rules(context: Context, store: Store) -> Rules:
    """Return the configured rules of decisions, with the store's own salt for pseudonyms."""
    export = context.settings.export
    policies = {label: policy_from_text(text) for label, text in export.policy_of.items()}
    return Rules(policy_from_text(export.policy).with_labels(policies), export.named_annotators, salt(store))


def list_versions(context: Context) -> list[ListedVersion]:
    """Return every version that the store knows, by dataset and number."""
    with open_store(context) as store:
        return versions(store, version_storage(context))


def restore(context: Context, dataset: str) -> Restored:
    """Write the folder of a version, NAME@N or NAME@TAG, again where it is missing.

    Raises CuratorError where the store has no such version or cannot give it byte for byte, and where the folder is
    there and was changed.
    """
    storage, named = version_storage(context), version_name(dataset)
    with open_store(context) as store:
        ref = tagged_version(store, named)
        path = storage.path(ref.name, ref.number)
        version = stored_version(store, ref.name, ref.number)
        if version is None:
            what = f"the store has no version {ref.name}@{ref.number}"
            raise CuratorError(what, str(path), "list the versions there are")
        return Restored(version, path, write_folder(version, store=store, storage=storage))


def export(
    context: Context,
    name: str,
    as_of: str | int | None,
    say: Callable[[str], None],
    asked: Asked = NOTHING,
    lists: Lists = NO_LISTS,
) -> Frozen:
    """Write the next version of a dataset where anything changed; with `as_of`, of the store as it was then.

    What is asked for, with the lists of its filters, is of this export alone.
    """
    with open_store(context) as store:
        if as_of is None:
            adopt_configured(context, store, say)
        rules = decision_rules(context, store)
        return freeze(
            name,
            store=store,
            storage=version_storage(context),
            rules=rules,
            read_content=READ_ANNOTATION,
            as_of=as_of,
            code_version=installed("curator"),
            asked=replace(resolved(asked, lists, store=store, salt=rules.salt, say=say), about=_about(context)),
        )


def _about(context: Context) -> dict[str, str]:
    """Return what the settings state of licence and citation."""
    export = context.settings.export
    stated = {"licence": export.licence, "citation": export.citation}
    return {name: value for name, value in stated.items() if value}
