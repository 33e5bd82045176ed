"""BIOES: the columns of CoNLL-2003, in whose tags the last token and a token alone are marked as such."""

from collections.abc import Iterator, Sequence

from curator.domain.loss import Loss
from curator.files.formats import token_columns
from curator.steps.ports.formats import Format, FormatFolder, FormatParts, VersionContent


def bioes(parts: FormatParts) -> Format:
    """Return the format; of spans that overlap within a layer the longest is written."""

    def write(version: VersionContent, folder: FormatFolder) -> Iterator[Loss]:
        return token_columns.write(version, folder, parts.tokenize(), _tags)

    return Format("bioes", write, token_columns.NOT_HELD)


def _tags(count: int, label: str) -> Sequence[str]:
    if count == 1:
        return [f"S-{label}"]
    return [f"B-{label}", *[f"I-{label}"] * (count - 2), f"E-{label}"]
