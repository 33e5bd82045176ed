"""Annotations from elsewhere into the store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module

from curator.bootstrap.context import Context
from curator.bootstrap.formats import tokenizer
from curator.bootstrap.init import init_if_missing
from curator.bootstrap.intake import split_rule
from curator.bootstrap.schemas import adopt_configured, configured_schema
from curator.bootstrap.stores import open_store
from curator.domain.annotation import instant
from curator.domain.errors import CuratorError
from curator.files.imports.reader import AnnotationReader
from curator.files.language import detect_language
from curator.files.nearness import SketchNearness
from curator.steps.intake.foreign_labels import label_map
from curator.steps.intake.import_annotations import ImportReport, ImportRules, import_annotations
from curator.steps.intake.import_order import ImportOrder, refuse_senseless
from curator.steps.ports.imports import ImportFormat, ImportParts
from curator.steps.ports.progress import Progress
from curator.steps.ports.store import Store

IMPORT_FORMATS: Mapping[str, str] = {
    "bioes": "curator.files.imports.conll:conll",
    "brat": "curator.files.imports.brat:brat",
    "cas": "curator.files.imports.cas:cas",
    "conll": "curator.files.imports.conll:conll",
    "conllup": "curator.files.imports.conllup:conllup",
    "croissant": "curator.files.imports.parquet:parquet",
    "docbin": "curator.spacy_models.docbin_import:docbin",
    "docbin-repaired": "curator.spacy_models.docbin_import:docbin",
    "doccano": "curator.files.imports.doccano:doccano",
    "gliner": "curator.files.imports.gliner:gliner",
    "label-studio": "curator.label_studio.export_file:label_studio",
    "parquet": "curator.files.imports.parquet:parquet",
    "prodigy": "curator.files.imports.prodigy:prodigy",
    "records": "curator.files.imports.records:records",
    "spacy": "curator.files.imports.spacy_tuples:spacy_tuples",
}
"""The function that makes what reads a format of its parts, as MODULE:NAME, by the format's name."""


def import_files(
    context: Context,
    paths: Sequence[str],
    form: str,
    order: ImportOrder,
    labels: Mapping[str, str],
    say: Callable[[str], None],
    progress: Progress,
) -> ImportReport:
    """Take in what was annotated elsewhere, from files of a format, or of the one that each shows where none is named.

    `labels` says what labels of the files are here. The workspace is made where it is not there, once the label schema
    could be read and the order has sense. Raises CuratorError for a format that there is not, and as the step does.
    """
    settings = context.settings
    if form:
        _refuse_unknown(form)
    schema = configured_schema(context)
    order = replace(order, labels=label_map(labels, schema))
    refuse_senseless(order, schema)
    init_if_missing(context, say)
    with open_store(context) as store:
        parts = ImportParts(tokenizer, _text_of(store), settings.ingest.max_text_bytes, schema.layer_names)
        return import_annotations(
            paths,
            order,
            ImportRules(adopt_configured(context, store, say), detect_language, split_rule(context), SketchNearness()),
            reader=AnnotationReader(lambda name: import_format(name, parts), form),
            store=store,
            progress=progress,
        )


def import_format(name: str, parts: ImportParts) -> ImportFormat:
    """Return what reads the format of a name. Raises CuratorError where there is none."""
    _refuse_unknown(name)
    module, _, function = IMPORT_FORMATS[name].partition(":")
    maker: Callable[[ImportParts], ImportFormat] = getattr(import_module(module), function)
    return maker(parts)


def import_order(*, source: str, annotator: str, lang: str | None, for_review: bool) -> ImportOrder:
    """Return what is asked for, as of now."""
    return ImportOrder(source, instant(datetime.now(UTC)), annotator.strip() or annotator, lang, for_review=for_review)


def _refuse_unknown(name: str) -> None:
    if name not in IMPORT_FORMATS:
        raise CuratorError(f"no such format: {name!r}", "", f"choose of {', '.join(sorted(IMPORT_FORMATS))}")


def _text_of(store: Store) -> Callable[[str], str | None]:
    def text(document: str) -> str | None:
        with store.reading() as transaction:
            return transaction.documents.text(document)

    return text
