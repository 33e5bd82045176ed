"""The README of a dataset version: a card that the Hugging Face `datasets` library loads as it is."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from curator.domain.document import SPLITS
from curator.domain.loadable import LOADABLE_FILES, features

_Examples = Mapping[tuple[str, str], Sequence[str]]
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9.-]*")
_MARKDOWN = re.compile(r"[\\`*_|\[\]#~]")
_FEW = 20
"""With fewer spans of a label in test, a score for it says little."""


def dataset_card(manifest: Mapping[str, Any], losses: Mapping[str, int], examples: _Examples) -> str:
    """Return the card of a version, the losses counted by reason, with texts of spans by layer and label; ends with LF.

    Texts of spans are shown as they are, but for what Markdown would read in them.
    """
    return _front_matter(manifest) + "\n".join(_body(manifest, losses, examples)) + "\n"


def _front_matter(manifest: Mapping[str, Any]) -> str:
    counts = {split: manifest["files"][f"{split}.jsonl"]["records"] for split in SPLITS}
    splits = "".join(f"  - split: {split}\n    path: {LOADABLE_FILES[split]}\n" for split in SPLITS if counts[split])
    types = features(layer["name"] for layer in manifest["schema"]["layers"])
    return (
        f"---\nlanguage:\n- '{manifest['schema']['language']}'\n{_licence(_about(manifest, 'licence'))}"
        "task_categories:\n- token-classification\n"
        f"configs:\n- config_name: default\n  data_files:\n{splits}"
        f"dataset_info:\n  features:\n{_fields(types, '  ')}---\n"
    )


def _licence(name: str) -> str:
    """Return the keys that name a licence; what is no identifier is the name of another one."""
    if not name:
        return ""
    if _IDENTIFIER.fullmatch(name):
        return f"license: '{name}'\n"
    return f"license: other\nlicense_name: {json.dumps(name, ensure_ascii=False)}\n"


def _about(manifest: Mapping[str, Any], key: str) -> str:
    return str(manifest.get("about", {}).get(key, ""))


def _fields(types: Mapping[str, Any], indent: str) -> str:
    return "".join(f"{indent}- name: '{name}'\n{_type(of_field, indent + '  ')}" for name, of_field in types.items())


def _type(of_field: Any, indent: str) -> str:
    """Return a type as the `datasets` library writes it in cards; of these forms old and new versions know all."""
    if isinstance(of_field, str):
        return f"{indent}dtype: {of_field}\n"
    if isinstance(of_field, Mapping):
        return f"{indent}struct:\n{_fields(of_field, indent)}"
    (item,) = of_field
    return f"{indent}list: {item}\n" if isinstance(item, str) else f"{indent}list:\n{_fields(item, indent)}"


def _body(manifest: Mapping[str, Any], losses: Mapping[str, int], examples: _Examples) -> Iterator[str]:
    parent, by_split = manifest["parent"], manifest["counts"]["by_split"]
    yield f"\n# {manifest['dataset']} v{manifest['version']}\n"
    yield (
        f"Digest `{manifest['digest']}`, "
        + (f"after v{parent['version']} (`{parent['digest'][:12]}`)." if parent else "the first version.")
        + f" Label schema `{manifest['schema']['name']}` (`{manifest['schema_hash'][:12]}`).\n"
    )
    if parent and "changes" in manifest:
        counted = ", ".join(f"{number} {what}" for what, number in manifest["changes"].items())
        yield f"Documents since v{parent['version']}: {counted}.\n"
    yield f"Licence: {flat_markdown(_about(manifest, 'licence')) or 'none is stated'}.\n"
    yield f"Cite as: {_citation(manifest)}\n"
    yield "| split | documents |\n| --- | ---: |"
    yield from (f"| {split} | {by_split[split]['documents']} |" for split in SPLITS)
    yield from _labels(manifest, examples)
    yield from _how_made(manifest)
    yield from _limits(manifest, losses)


def _citation(manifest: Mapping[str, Any]) -> str:
    name = f"{manifest['dataset']} v{manifest['version']}, digest {manifest['digest'][:12]}"
    given = flat_markdown(_about(manifest, "citation"))
    return f"{given} ({name})" if given else name


def _labels(manifest: Mapping[str, Any], examples: _Examples) -> Iterator[str]:
    by_split = manifest["counts"]["by_split"]
    for layer in manifest["schema"]["layers"]:
        name = layer["name"]
        yield f"\n## {name}\n"
        yield f"| label | {' | '.join(SPLITS)} | meaning | in train |\n| --- |{' ---: |' * len(SPLITS)} --- | --- |"
        for label in layer["labels"]:
            counts = (str(by_split[split]["spans"][name][label["name"]]) for split in SPLITS)
            covered = ", ".join(map(flat_markdown, examples.get((name, label["name"]), ())))
            meaning = flat_markdown(str(label.get("description") or ""))
            yield f"| {label['name']} | {' | '.join(counts)} | {meaning} | {covered} |"
    relations, attributes = (
        ", ".join(f"`{kind['name']}`" for kind in manifest["schema"].get(kinds) or ())
        for kinds in ("relations", "attributes")
    )
    yield f"\nRelations: {relations or 'none'}. Attributes: {attributes or 'none'}."


def _how_made(manifest: Mapping[str, Any]) -> Iterator[str]:
    yield "\n## How it is made\n"
    yield (
        f"{_decided(manifest['rules'])} Offsets are"
        " Unicode code points, half-open. Each document and its near-duplicates are in one split, the same in every"
        " version."
    )
    yield from _filtered(manifest)
    yield (
        "\n`load_dataset` reads the records of `loadable/`, where `meta` and the values of attributes are JSON text;"
        " those of `train.jsonl` and its like have them as they are, and are the same otherwise."
    )


def _limits(manifest: Mapping[str, Any], losses: Mapping[str, int]) -> Iterator[str]:
    yield "\n## Limits\n"
    test = manifest["counts"]["by_split"]["test"]["spans"]
    rare = [label for labels in test.values() for label, count in labels.items() if count < _FEW]
    if rare:
        yield f"- Fewer than {_FEW} spans in test, so that scores for them say little: {', '.join(rare)}."
    yield (
        "- Near-duplicates are found by sequences of words that they share; texts put together from the same few"
        " sentences may be in two splits."
    )
    yield "- No agreement between annotators is measured."
    if losses:
        yield "- Left out or changed, item by item in `LOSSES.json`:\n\n| reason | items |\n| --- | ---: |"
        yield from (f"| {reason} | {count} |" for reason, count in losses.items())


def _decided(rules: Mapping[str, Any]) -> str:
    if rules.get("all_annotations"):
        return "Nothing is decided between annotations: each has a record, with the id `DOCUMENT#ANNOTATOR`."
    decision = rules["decision"]
    parameters = f" with `{json.dumps(decision['parameters'], sort_keys=True)}`" if "parameters" in decision else ""
    return f"Where a document has several annotations the policy `{decision['policy']}`{parameters} decides."


def _filtered(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for the filters and one for silver documents, where there are any."""
    rules = manifest["rules"]
    if "filters" in rules:
        yield f"\nNot everything that was curated is here, but what passes `{json.dumps(rules['filters'])}`."
    if "silver" in rules:
        documents = manifest["counts"]["silver"]["documents"]
        yield (
            f"\n`silver.jsonl` holds {documents} more documents that nobody annotated, as a pipeline predicted them"
            f" with a score of at least {rules['silver']['min_score']} for every span. They are in no split and in no"
            " count above."
        )


def flat_markdown(text: str) -> str:
    """Return a text on one line, as Markdown shows it as it is, in a cell of a table too."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return _MARKDOWN.sub(r"\\\g<0>", line).replace("<", "&lt;")
