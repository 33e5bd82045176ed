"""Documents into the store."""

from collections.abc import Callable, Sequence

from curator.bootstrap.context import Context
from curator.bootstrap.init import init_if_missing
from curator.bootstrap.schemas import adopt_configured, configured_schema
from curator.bootstrap.stores import open_store
from curator.domain.split import Cutoff, SourceSplits, SplitRule
from curator.files.csv_documents import TEXT_COLUMN
from curator.files.documents import FileReader
from curator.files.language import detect_language
from curator.files.nearness import SketchNearness
from curator.steps.intake.ingest import Ingested
from curator.steps.intake.ingest import ingest as run
from curator.steps.ports.progress import Progress


def ingest(
    context: Context,
    paths: Sequence[str],
    say: Callable[[str], None],
    progress: Progress,
    text_column: str = TEXT_COLUMN,
) -> Ingested:
    """Take in all documents at the paths, by the configured schema and split rule.

    The texts of tables are in the column of the name `text_column`.

    The workspace is made where it is not there, once the label schema could be read.
    """
    settings = context.settings
    configured_schema(context)
    init_if_missing(context, say)
    with open_store(context) as store:
        return run(
            paths,
            reader=FileReader(settings.ingest.max_text_bytes, text_column=text_column),
            language=detect_language,
            nearness=SketchNearness(),
            store=store,
            schema=adopt_configured(context, store, say),
            rule=split_rule(context),
            progress=progress,
        )


def split_rule(context: Context) -> SplitRule:
    """Return the configured rule by which documents fall into splits."""
    split = context.settings.split
    return SplitRule(
        split.seed,
        {"train": split.train, "dev": split.dev, "test": split.test},
        Cutoff(split.cutoff.test, split.cutoff.dev, split.cutoff.key) if split.cutoff.test else None,
        SourceSplits(split.sources.splits, split.sources.key) if split.sources.splits else None,
    )
