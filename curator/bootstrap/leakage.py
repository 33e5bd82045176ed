"""What a dataset version leaks between its splits."""

from curator.bootstrap.context import Context
from curator.bootstrap.datasets import named_version, version_storage
from curator.bootstrap.stores import open_store_if_there
from curator.files.nearness import SketchNearness
from curator.spacy_models.lemmas import french_lemma
from curator.steps.datasets.leaks.leakage import Leakage
from curator.steps.datasets.leaks.leakage import leakage as run
from curator.steps.ports.progress import Progress


def leakage(context: Context, dataset: str, progress: Progress) -> Leakage:
    """Compare the splits of a version, NAME@N or NAME@TAG, as the step does, by sketches and French lemmas."""
    ref = named_version(context, dataset)
    with open_store_if_there(context) as store:
        return run(
            ref,
            store=store,
            storage=version_storage(context),
            nearness=SketchNearness(),
            lemma=french_lemma,
            progress=progress,
        )
