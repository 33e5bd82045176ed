"""Which labels were renamed, merged, removed and split from one label schema to a later one."""

from collections.abc import Iterator
from dataclasses import dataclass

from curator.domain.label_names import LabelNow, label_names
from curator.domain.schema import LabelSchema


@dataclass(frozen=True, slots=True)
class LabelChange:
    """A label of a layer that is none any more; `after` is what its spans are read as, empty where they are not."""

    layer: str
    before: str
    after: tuple[str, ...]
    kind: str

    def __str__(self) -> str:
        after = f" → {', '.join(self.after)}" if self.after else ""
        return f"{self.kind} {self.layer}/{self.before}{after}"


def label_changes(before: LabelSchema, after: LabelSchema) -> Iterator[LabelChange]:
    """Yield the labels of a schema that a later one has under another name or not at all, in their order.

    A label that became one which both have is `merged`, as are several that became one.
    """
    names = label_names(after)
    for layer in before.layers:
        former = names.former.get(layer.name, {})
        gone = [label.name for label in layer.labels if label.name in former]
        targets = [now.label for name in gone if isinstance(now := former[name], LabelNow)]
        for name in gone:
            now = former[name]
            if not isinstance(now, LabelNow):
                yield LabelChange(layer.name, name, tuple(dict.fromkeys(_into(after, layer.name, name))), "split")
            elif now.label is None:
                yield LabelChange(layer.name, name, (), "removed")
            else:
                several = targets.count(now.label) > 1 or now.label in before.labels_of[layer.name]
                yield LabelChange(layer.name, name, (now.label,), "merged" if several else "renamed")


def _into(schema: LabelSchema, layer_name: str, name: str) -> Iterator[str]:
    for layer in schema.layers:
        for split in layer.split:
            if layer.name == layer_name and name in split.formerly:
                yield from split.into
