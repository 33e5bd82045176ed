"""Two patches from one version, merged into one."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from curator.domain.errors import CuratorError
from curator.domain.merging import Conflict, merged_patch
from curator.domain.patch import DocumentPatch
from curator.steps.datasets.patches.patch_file import PatchedVersion, PatchHead


@dataclass(slots=True)
class Merge:
    """Two patches on their way to one: what it says it is, and after its documents were read the conflicts.

    A conflict of the whole, that of other schemas, has no document.
    """

    head: PatchHead
    conflicts: list[Conflict] = field(default_factory=list)

    def documents(self, left: Iterable[DocumentPatch], right: Iterable[DocumentPatch]) -> Iterator[DocumentPatch]:
        """Yield the patch of every document of both, by id; where there is a conflict, the first of the two."""
        flat = frozenset(self.head.flat_layers)
        for first, second in _side_by_side(left, right):
            if first is not None and second is not None:
                patch, conflicts = merged_patch(first, second, flat)
                self.conflicts += conflicts
                yield patch
            elif first is not None or second is not None:
                yield first or second  # type: ignore[misc]


def merge_heads(left: PatchHead, right: PatchHead) -> Merge:
    """Begin a merge of patches of these heads. Raises CuratorError where they are from different versions."""
    if (left.parent.digest, left.parent.files) != (right.parent.digest, right.parent.files):
        what = f"the patches are from different versions: {left.parent} and {right.parent}"
        raise CuratorError(what, "", "make both from one version with `curator datasets diff A B --patch FILE`")
    if left.target == right.target:
        return Merge(left)
    parent, conflicts = left.parent, []
    schemas = {head.target.schema_hash for head in (left, right)} - {parent.schema_hash}
    formats = {head.target.record_format for head in (left, right)} - {parent.record_format}
    if len(schemas) > 1 or len(formats) > 1:
        conflicts.append(Conflict("", "other label schemas", str(left.target), str(right.target)))
    target = PatchedVersion(
        parent.dataset,
        None,
        None,
        next(iter(sorted(schemas)), parent.schema_hash),
        next(iter(formats), parent.record_format),
    )
    # The layers of the schema that changed, where one did.
    flat = next((head.flat_layers for head in (left, right) if head.target.schema_hash in schemas), left.flat_layers)
    return Merge(PatchHead(parent, target, flat), conflicts)


def _side_by_side(
    left: Iterable[DocumentPatch], right: Iterable[DocumentPatch]
) -> Iterator[tuple[DocumentPatch | None, DocumentPatch | None]]:
    sides = (iter(left), iter(right))
    first, second = (next(side, None) for side in sides)
    while first is not None or second is not None:
        if second is None or (first is not None and first.document < second.document):
            yield first, None
            first = next(sides[0], None)
        elif first is None or second.document < first.document:
            yield None, second
            second = next(sides[1], None)
        else:
            yield first, second
            first, second = (next(side, None) for side in sides)
