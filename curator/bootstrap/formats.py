"""Every format there is, by name; one is loaded when it is asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module

from curator.bootstrap.context import Context
from curator.bootstrap.datasets import named_version, version_storage
from curator.bootstrap.stores import open_store_if_there
from curator.domain.errors import CuratorError
from curator.steps.datasets.convert import Converted
from curator.steps.datasets.convert import convert as convert_version
from curator.steps.ports.formats import Format, FormatParts, Tokenize

FORMATS: Mapping[str, str] = {
    "bioes": "curator.files.formats.bioes:bioes",
    "brat": "curator.files.formats.brat:brat",
    "cas": "curator.files.formats.cas:cas",
    "conll": "curator.files.formats.conll:conll",
    "conllup": "curator.files.formats.conllup:conllup",
    "croissant": "curator.files.formats.croissant:croissant",
    "docbin": "curator.spacy_models.docbin:docbin",
    "docbin-repaired": "curator.spacy_models.docbin:docbin_repaired",
    "doccano": "curator.files.formats.doccano:doccano",
    "gliner": "curator.files.formats.gliner:gliner",
    "label-studio": "curator.label_studio.task_file:label_studio",
    "parquet": "curator.files.formats.parquet:parquet",
    "prodigy": "curator.files.formats.prodigy:prodigy",
}
"""The function that makes a format of its parts, as MODULE:NAME, by the format's name."""


def formats(names: Iterable[str]) -> list[Format]:
    """Return formats by name, each once. Raises CuratorError for a name that none has."""
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in FORMATS:
            raise CuratorError(f"no such format: {name!r}", "", f"choose of {', '.join(sorted(FORMATS))}")
    return [_maker(FORMATS[name])(FormatParts(tokenizer)) for name in wanted]


def convert(context: Context, dataset: str, forms: Iterable[Format]) -> Iterator[Converted]:
    """Write a version, NAME@N or NAME@TAG, in formats; raises CuratorError as the step does."""
    ref, storage = named_version(context, dataset), version_storage(context)
    with open_store_if_there(context) as store:
        yield from convert_version(ref, forms, store=store, storage=storage)


def _maker(target: str) -> Callable[[FormatParts], Format]:
    module, _, name = target.partition(":")
    maker: Callable[[FormatParts], Format] = getattr(import_module(module), name)
    return maker


def tokenizer() -> Tokenize:
    """Return what cuts French texts into the tokens of formats."""
    from curator.spacy_models.format_tokens import french_tokens

    return french_tokens()
