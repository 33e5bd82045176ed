"""The README of a dataset version: a card that the Hugging Face `datasets` library loads as it is."""

import json
from collections.abc import Mapping
from typing import Any

from curator.domain.document import SPLITS
from curator.domain.loadable import LOADABLE_FILES, features


def dataset_card(manifest: Mapping[str, Any], losses: Mapping[str, int]) -> str:
    """Return the card of a version from its manifest and the number of losses by reason; ends with LF."""
    counts = {split: manifest["files"][f"{split}.jsonl"]["records"] for split in SPLITS}
    return _front_matter(manifest, counts) + _body(manifest, counts, losses)


def _front_matter(manifest: Mapping[str, Any], counts: Mapping[str, int]) -> str:
    splits = "".join(f"  - split: {split}\n    path: {LOADABLE_FILES[split]}\n" for split in SPLITS if counts[split])
    types = features(layer["name"] for layer in manifest["schema"]["layers"])
    return (
        f"---\nlanguage:\n- '{manifest['schema']['language']}'\n"
        "task_categories:\n- token-classification\n"
        f"configs:\n- config_name: default\n  data_files:\n{splits}"
        f"dataset_info:\n  features:\n{_fields(types, '  ')}---\n"
    )


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


def _body(manifest: Mapping[str, Any], counts: Mapping[str, int], losses: Mapping[str, int]) -> str:
    parent = manifest["parent"]
    lines = [
        f"\n# {manifest['dataset']} v{manifest['version']}\n",
        f"Digest `{manifest['digest']}`, "
        + (f"after v{parent['version']} (`{parent['digest'][:12]}`)." if parent else "the first version.")
        + f" Label schema `{manifest['schema']['name']}` (`{manifest['schema_hash'][:12]}`).\n",
        "| split | documents |\n| --- | ---: |",
        *(f"| {split} | {counts[split]} |" for split in SPLITS),
    ]
    for layer, labels in manifest["counts"]["spans"].items():
        lines += [
            f"\n| {layer} | spans |\n| --- | ---: |",
            *(f"| {label} | {count} |" for label, count in labels.items()),
        ]
    lines.append(
        f"\n{_decided(manifest['rules'])} Offsets are"
        " Unicode code points, half-open. Each document and its near-duplicates are in one split, the same in every"
        " version."
    )
    lines += _filtered(manifest)
    lines.append(
        "\n`load_dataset` reads the records of `loadable/`, where `meta` and the values of attributes are JSON text;"
        " those of `train.jsonl` and its like have them as they are, and are the same otherwise."
    )
    if losses:
        lines += ["\nLeft out or changed, item by item in `LOSSES.json`:\n", "| reason | items |\n| --- | ---: |"]
        lines += [f"| {reason} | {count} |" for reason, count in losses.items()]
    return "\n".join(lines) + "\n"


def _decided(rules: Mapping[str, Any]) -> str:
    if rules.get("all_annotations"):
        return "Nothing is decided between annotations: each has a record, with the id `DOCUMENT#ANNOTATOR`."
    decision = rules["decision"]
    parameters = f" with `{json.dumps(decision['parameters'], sort_keys=True)}`" if "parameters" in decision else ""
    return f"Where a document has several annotations the policy `{decision['policy']}`{parameters} decides."


def _filtered(manifest: Mapping[str, Any]) -> list[str]:
    """Return a line for the filters and one for silver documents, where there are any."""
    rules, lines = manifest["rules"], []
    if "filters" in rules:
        lines.append(f"\nNot everything that was curated is here, but what passes `{json.dumps(rules['filters'])}`.")
    if "silver" in rules:
        documents = manifest["counts"]["silver"]["documents"]
        lines.append(
            f"\n`silver.jsonl` holds {documents} more documents that nobody annotated, as a pipeline predicted them"
            f" with a score of at least {rules['silver']['min_score']} for every span. They are in no split and in no"
            " count above."
        )
    return lines
