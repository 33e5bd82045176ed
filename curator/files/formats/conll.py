"""CoNLL-2003: four columns, the last in IOB2, one file for each split and layer."""

from collections.abc import Iterator, Sequence

from curator.domain.loss import Loss
from curator.files.formats import token_columns
from curator.steps.ports.formats import Format, FormatFolder, FormatParts, VersionContent


def conll(parts: FormatParts) -> Format:
    """Return the format; of spans that overlap within a layer the longest is written."""

    def write(version: VersionContent, folder: FormatFolder) -> Iterator[Loss]:
        return token_columns.write(version, folder, parts.tokenize(), _tags)

    return Format("conll", write, token_columns.NOT_HELD)


def _tags(count: int, label: str) -> Sequence[str]:
    return [f"B-{label}", *[f"I-{label}"] * (count - 1)]
