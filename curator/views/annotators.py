"""How far each annotator of a Label Studio server has come."""

from collections.abc import Mapping
from dataclasses import replace

from curator.domain.annotation import annotator_key, fallback_name, project_source
from curator.steps.ports.store import Store
from curator.views.progress import AnnotatorProgress


def progress_of_annotators(store: Store, server: str, users: Mapping[int, str]) -> list[AnnotatorProgress]:
    """Return the progress of every user of a server, and of whoever else annotated there, by name."""
    progress: dict[str | None, AnnotatorProgress] = {
        annotator_key(server, user): AnnotatorProgress(email) for user, email in users.items()
    }
    with store.reading() as transaction:
        for annotation in transaction.revisions.current():
            project = project_source(annotation.identity.source)
            if project is None or project.server != server:
                continue
            key = annotation.annotator
            before = progress.get(key) or AnnotatorProgress("unknown" if key is None else fallback_name(key))
            progress[key] = replace(
                before,
                reviewed=before.reviewed + (not annotation.skipped),
                skipped=before.skipped + annotation.skipped,
                seconds=before.seconds + (annotation.lead_time or 0.0),
                timed=before.timed + (annotation.lead_time is not None),
                last_activity=max(before.last_activity or "", annotation.updated_at),
            )
    return sorted(progress.values(), key=lambda annotator: annotator.name)
