"""Patches applied to the store."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from curator.bootstrap.context import Context
from curator.bootstrap.datasets import decision_rules, version_storage
from curator.bootstrap.diffs import open_patch
from curator.bootstrap.reading import READ_ANNOTATION
from curator.bootstrap.schemas import adopt_configured
from curator.bootstrap.stores import open_store
from curator.domain.annotation import instant
from curator.domain.dataset_ref import version_name
from curator.domain.errors import CuratorError
from curator.steps.curation.decide import Decider
from curator.steps.datasets.comparing.version_diff import readable_version
from curator.steps.datasets.patches.patch_revisions import Applied, RevisionSource, apply_as_revisions
from curator.steps.datasets.tags import tagged_version
from curator.steps.in_force.schema import schema_in_force


def apply_patch(
    context: Context, version: str, patch: Path, source: str, annotator: str, say: Callable[[str], None]
) -> Applied:
    """Apply a patch of a version, NAME@N or NAME@TAG, to the store, as revisions of a source by an annotator, now."""
    storage = version_storage(context)
    with open_store(context) as store, open_patch(patch) as (head, patches):
        adopt_configured(context, store, say)
        with store.reading() as transaction:
            schema = schema_in_force(transaction.settings)
        if schema is None:
            raise CuratorError("no label schema is in force", "", "export first, then apply the patch")
        ref = tagged_version(store, version_name(version))
        return apply_as_revisions(
            readable_version(ref, store=store, storage=storage),
            head,
            patches,
            RevisionSource(source, annotator, instant(datetime.now(UTC))),
            decider=Decider(schema, decision_rules(context, store), READ_ANNOTATION),
            store=store,
            storage=storage,
        )
