"""A version with all that versions hold, and ways to damage it, also by somebody who makes the hashes fit again."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from curator.domain.canonical import document_id
from curator.domain.dataset import SplitCounts, version_counts, version_digest
from curator.domain.dataset_card import dataset_card
from curator.domain.document import SPLITS
from curator.domain.errors import CuratorError
from curator.domain.loadable import loadable_lines
from curator.domain.schema import schema_from_value
from curator.steps.datasets.examples import LabelExamples
from curator.steps.datasets.folder import manifest_content
from curator.steps.datasets.freeze import Frozen
from tests.fakes.parts import link, raw, region
from tests.fakes.world import World
from tests.steps.datasets.test_freeze import export_of

TEXTS = (
    ("train", "Marie Curie attaque Paris, dit-elle."),
    ("train", "Paul rentre de Lyon ce soir."),
    ("train", "Oslo dort sous la neige."),
    ("dev", "Le convoi de Dakar attaque."),
    ("dev", "Rien de neuf hier."),
    ("test", "Anne a vu Nice brûler."),
)
Value = dict[str, Any]


def version_of_all(world: World) -> Frozen:
    """Return the second version of `news` of a world: three splits, relations, attributes, losses and a parent."""
    documents = [raw(f"{at}.txt", text, split=split, meta={"n": at}) for at, (split, text) in enumerate(TEXTS)]
    tasks = world.with_tasks(*documents)
    certain = {"from_name": "certitude", "to_name": "text", "type": "choices", "value": {"choices": ["douteux"]}}
    relation = [region(0, 11, "PER"), region(12, 19, "ATTACK", "events"), link("r12-19-ATTACK", "r0-11-PER")]
    world.server.annotate(tasks[0], [*relation, region(20, 25, "GPE"), region(19, 25, "GPE"), certain])
    world.deliver()
    export = export_of(world, world.folder / "exports")
    export()
    for task, result in zip(tasks[1:], ([region(0, 4, "PER")], [], [region(13, 18, "GPE")], [], []), strict=True):
        world.server.annotate(task, result)
    world.deliver()
    return export()


def lines(folder: Path, split: str) -> list[bytes]:
    return (folder / f"{split}.jsonl").read_bytes().splitlines(keepends=True)


def write_lines(folder: Path, split: str, changed: list[bytes]) -> None:
    (folder / f"{split}.jsonl").write_bytes(b"".join(changed))


def record_changed(change: Callable[[Value], object], split: str = "train", at: int = 0) -> Callable[[Path], None]:
    """Return what changes a record and writes it as records are."""

    def damage(folder: Path) -> None:
        changed = lines(folder, split)
        value = json.loads(changed[at])
        change(value)
        changed[at] = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        write_lines(folder, split, changed)

    return damage


def manifest_changed(change: Callable[[Value], object]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        change(manifest)
        (folder / "manifest.json").write_bytes(manifest_content(manifest))

    return damage


def moved(folder: Path) -> None:
    """Move the first record of train to where it belongs in test."""
    first, *others = lines(folder, "train")
    write_lines(folder, "train", others)
    write_lines(folder, "test", sorted([*lines(folder, "test"), first]))


def covered_up(folder: Path) -> None:
    """Write loadable files, counts, hashes, digest and card anew, so that they fit the records as they are now."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    schema = schema_from_value(manifest["schema"], "tests")
    counts_of, examples = {split: SplitCounts() for split in SPLITS}, LabelExamples(schema)
    for split in SPLITS:
        kept = lines(folder, split)
        (folder / "loadable" / f"{split}.jsonl").write_bytes(loadable_lines(kept))
        for line in kept:
            layers = json.loads(line)["spans"]
            counts = {layer: Counter(span["label"] for span in spans) for layer, spans in layers.items()}
            counts_of[split].documents += 1
            counts_of[split].records += 1
            for layer, labels in counts.items():
                counts_of[split].spans.update({(layer, label): number for label, number in labels.items()})
            if split == "train":
                # A line that cannot be read gives none.
                with suppress(CuratorError):
                    examples.look(line, counts)
        for file in (f"{split}.jsonl", f"loadable/{split}.jsonl"):
            manifest["files"][file] = {**facts(folder / file), "records": len(kept)}
    manifest["counts"] = version_counts(counts_of, schema)
    manifest["schema_hash"] = schema.hash
    manifest["digest"] = version_digest(manifest["files"], schema, manifest["rules"])
    ledger = json.loads((folder / "LOSSES.json").read_bytes())
    card = dataset_card(manifest, ledger["counts"], examples.texts)
    (folder / "README.md").write_text(card, encoding="utf-8", newline="\n")
    for file in ("LOSSES.json", "README.md"):
        manifest["files"][file] = facts(folder / file)
    (folder / "manifest.json").write_bytes(manifest_content(manifest))


def facts(path: Path) -> Value:
    content = path.read_bytes()
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def other_text(value: Value) -> None:
    """Give a record another text of the same length, with the id of it, so that everything still fits."""
    value["text"] = value["text"].replace("neige", "pluie")
    value["id"] = document_id(value["text"])
