"""How far each annotator of a Label Studio server has come."""

from collections.abc import Mapping
from dataclasses import replace

from curator.domain.annotation import annotator_key, fallback_name
from curator.steps.ports.store import Store
from curator.views.progress import AnnotatorProgress


def progress_of_annotators(store: Store, server: str, users: Mapping[int, str]) -> list[AnnotatorProgress]:
    """Return the progress of every user of a server, and of whoever else annotated there, by name."""
    progress: dict[str | None, AnnotatorProgress] = {
        annotator_key(server, user): AnnotatorProgress(email) for user, email in users.items()
    }
    with store.reading() as transaction:
        for work in transaction.revisions.work(server):
            key = work.annotator
            known = progress.get(key) or AnnotatorProgress("unknown" if key is None else fallback_name(key))
            progress[key] = replace(
                known,
                reviewed=work.submitted,
                skipped=work.skipped,
                seconds=work.seconds,
                timed=work.timed,
                last_activity=work.last,
            )
    return sorted(progress.values(), key=lambda annotator: annotator.name)
