"""Tags: names for versions of a dataset that can be set to another one, and what they were set to."""

from dataclasses import dataclass

from curator.domain.dataset_ref import DatasetRef, TagRef, tag_name
from curator.domain.errors import CuratorError
from curator.steps.ports.store import Store


@dataclass(frozen=True, slots=True)
class Tagged:
    """A version that a tag is set to, and the number of the version that it was set to before, None for none."""

    ref: DatasetRef
    tag: str
    before: int | None


def tag_version(store: Store, ref: DatasetRef, name: str) -> Tagged:
    """Set a tag of a dataset to a version of it; idempotent.

    Raises CuratorError for what is no name of a tag, and for a version that the store does not have.
    """
    tag_name(name)
    with store.writing() as transaction:
        if not any(version.number == ref.number for version in transaction.versions.all(ref.name)):
            raise CuratorError(f"the store has no version {ref}", "", "list the versions there are")
        before = {tag.name: tag.number for tag in transaction.versions.tags(ref.name)}.get(name)
        transaction.versions.tag(ref.name, name, ref.number)
    return Tagged(ref, name, before)


def tagged_version(store: Store | None, ref: DatasetRef | TagRef) -> DatasetRef:
    """Return the version that users name, by the tag where it is that. Raises CuratorError where there is no such tag.

    Tags are in the store: without one there is none.
    """
    if isinstance(ref, DatasetRef):
        return ref
    if store is None:
        raise CuratorError(f"{ref}: tags are in the store, which is not there", "", "name the version by its number")
    with store.reading() as transaction:
        numbers = {tag.name: tag.number for tag in transaction.versions.tags(ref.name)}
    if ref.tag not in numbers:
        there = f"of {ref.name} there are {', '.join(sorted(numbers))}" if numbers else f"{ref.name} has none"
        raise CuratorError(f"no such tag: {ref}", "", f"{there}; `curator datasets tag {ref.name}@N {ref.tag}` sets it")
    return DatasetRef(ref.name, numbers[ref.tag])
