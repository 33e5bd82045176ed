"""Examples of labels: texts of spans that stand in a version's records."""

from collections import Counter
from collections.abc import Mapping

from curator.domain.record import record_from_line
from curator.domain.schema import LabelSchema

_EXAMPLES = 3
_LONGEST = 40
_TRIES = 12
"""How many records are read for a label at most: it may have the same text everywhere."""


class LabelExamples:
    """The first texts that spans of each label cover, some at most; few records are read for them."""

    def __init__(self, schema: LabelSchema) -> None:
        labels = [(layer.name, label.name) for layer in schema.layers for label in layer.labels]
        self._texts: dict[tuple[str, str], list[str]] = {label: [] for label in labels}
        self._tries: Counter[tuple[str, str]] = Counter()
        self._open = set(labels)

    @property
    def texts(self) -> Mapping[tuple[str, str], list[str]]:
        """The texts by layer and label."""
        return self._texts

    def look(self, line: bytes, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Take what a record, whose spans are counted, has of the labels that lack examples."""
        if not self._open:
            return
        wanted = {label for label in self._open if counts.get(label[0], {}).get(label[1])}
        if not wanted:
            return
        record = record_from_line(line)
        for span in record.content.spans:
            label, text = (span.layer, span.label), record.text[span.start : span.end]
            if label in wanted and len(text) <= _LONGEST and text not in self._texts[label]:
                self._texts[label] = [*self._texts[label], text][:_EXAMPLES]
        self._tries.update(wanted)
        self._open -= {label for label in wanted if self._has_enough(label)}

    def _has_enough(self, label: tuple[str, str]) -> bool:
        return len(self._texts[label]) == _EXAMPLES or self._tries[label] == _TRIES
