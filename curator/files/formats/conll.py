"""CoNLL-2003: four columns, the last in IOB2, one file for each split and layer."""

from collections.abc import Iterator

from curator.domain.loss import Loss
from curator.files.formats import token_columns
from curator.files.formats.alignment import TokenSpan
from curator.steps.ports.formats import Format, FormatFolder, FormatParts, VersionContent


def conll(parts: FormatParts) -> Format:
    """Return the format; of spans that overlap within a layer the longest is written."""

    def write(version: VersionContent, folder: FormatFolder) -> Iterator[Loss]:
        return token_columns.write(version, folder, parts.tokenize(), _tag)

    return Format("conll", write, token_columns.NOT_HELD)


def _tag(tags: list[str], token_span: TokenSpan, label: str) -> None:
    first, last = token_span.first, token_span.last
    tags[first] = f"B-{label}"
    tags[first + 1 : last + 1] = [f"I-{label}"] * (last - first)
