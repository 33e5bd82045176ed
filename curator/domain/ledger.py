"""The ledger of all that a version leaves out, written document by document."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from curator.domain.json_values import unbroken
from curator.domain.loss import Loss

_END = "]\n}"


class LossLedger:
    """Losses of documents that come by id, kept as the text that they are written as."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._entries = bytearray()

    def add(self, losses: Iterable[Loss]) -> None:
        """Take in all losses of the next document."""
        for value in sorted((loss.value() for loss in losses), key=_rank):
            self._counts[value["reason"]] += 1
            entry = _pretty(value).replace("\n", "\n    ")
            self._entries += f"{',' if self._entries else ''}\n    {entry}".encode()

    def count(self, left_out: Mapping[str, int]) -> None:
        """Count what is left out by reason without listing it."""
        self._counts.update({reason: number for reason, number in left_out.items() if number})

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of losses by reason."""
        return {reason: self._counts[reason] for reason in sorted(self._counts)}

    def content(self) -> bytes:
        """Return the ledger as it is written: indented JSON in UTF-8, ended by LF, counts before losses."""
        empty = _pretty({"counts": self.counts, "losses": []})
        if not self._entries:
            return empty.encode("utf-8") + b"\n"
        return b"".join((empty.removesuffix(_END).encode("utf-8"), self._entries, f"\n  {_END}\n".encode()))


def _rank(value: Mapping[str, Any]) -> tuple[str, str, str]:
    return (value["reason"], value["kind"], json.dumps(value["item"], sort_keys=True))


def _pretty(value: Any) -> str:
    return unbroken(json.dumps(value, ensure_ascii=False, indent=2))
