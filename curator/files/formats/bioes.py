"""BIOES: the columns of CoNLL-2003, in whose tags the last token and a token alone are marked as such."""

from collections.abc import Iterator

from curator.domain.loss import Loss
from curator.files.formats import token_columns
from curator.files.formats.alignment import TokenSpan
from curator.steps.ports.formats import Format, FormatFolder, FormatParts, VersionContent


def bioes(parts: FormatParts) -> Format:
    """Return the format; of spans that overlap within a layer the longest is written."""

    def write(version: VersionContent, folder: FormatFolder) -> Iterator[Loss]:
        return token_columns.write(version, folder, parts.tokenize(), _tag)

    return Format("bioes", write, token_columns.NOT_HELD)


def _tag(tags: list[str], token_span: TokenSpan, label: str) -> None:
    first, last = token_span.first, token_span.last
    if first == last:
        tags[first] = f"S-{label}"
        return
    tags[first], tags[last] = f"B-{label}", f"E-{label}"
    tags[first + 1 : last] = [f"I-{label}"] * (last - first - 1)
