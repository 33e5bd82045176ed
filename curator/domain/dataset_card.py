"""The README of a dataset version: a card that the Hugging Face `datasets` library loads as it is."""

import json
from collections.abc import Mapping
from typing import Any

from curator.domain.document import SPLITS

_SPAN = (
    "    - name: '{layer}'\n"
    "      list:\n"
    "      - name: id\n        dtype: string\n"
    "      - name: start\n        dtype: int64\n"
    "      - name: end\n        dtype: int64\n"
    "      - name: label\n        dtype: string\n"
    "      - name: text\n        dtype: string\n"
)
_BEFORE_SPANS = """\
  - name: id
    dtype: string
  - name: text
    dtype: string
  - name: lang
    dtype: string
  - name: spans
    struct:
"""
_AFTER_SPANS = """\
  - name: relations
    list:
    - name: head
      dtype: string
    - name: child
      dtype: string
    - name: label
      dtype: string
    - name: direction
      dtype: string
  - name: attributes
    list:
    - name: 'on'
      dtype: string
    - name: name
      dtype: string
    - name: value
      dtype: json
  - name: meta
    dtype: json
  - name: provenance
    struct:
    - name: annotators
      list: string
    - name: last_annotator
      dtype: string
    - name: policy
      dtype: string
    - name: pipeline
      dtype: string
    - name: ground_truth
      dtype: bool
    - name: source
      dtype: string
"""


def dataset_card(manifest: Mapping[str, Any], losses: Mapping[str, int]) -> str:
    """Return the card of a version from its manifest and the number of losses by reason; ends with LF."""
    counts = {split: manifest["files"][f"{split}.jsonl"]["records"] for split in SPLITS}
    return _front_matter(manifest, counts) + _body(manifest, counts, losses)


def _front_matter(manifest: Mapping[str, Any], counts: Mapping[str, int]) -> str:
    splits = "".join(f"  - split: {split}\n    path: {split}.jsonl\n" for split in SPLITS if counts[split])
    layers = "".join(_SPAN.format(layer=layer["name"]) for layer in manifest["schema"]["layers"])
    return (
        f"---\nlanguage:\n- '{manifest['schema']['language']}'\n"
        "task_categories:\n- token-classification\n"
        f"configs:\n- config_name: default\n  data_files:\n{splits}"
        f"dataset_info:\n  features:\n{_BEFORE_SPANS}{layers}{_AFTER_SPANS}---\n"
    )


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
    rules = manifest["rules"]["decision"]
    parameters = f" with `{json.dumps(rules['parameters'], sort_keys=True)}`" if "parameters" in rules else ""
    lines.append(
        f"\nWhere a document has several annotations the policy `{rules['policy']}`{parameters} decides. Offsets are"
        " Unicode code points, half-open. Each document and its near-duplicates are in one split, the same in every"
        " version."
    )
    if losses:
        lines += ["\nLeft out or changed, item by item in `LOSSES.json`:\n", "| reason | items |\n| --- | ---: |"]
        lines += [f"| {reason} | {count} |" for reason, count in losses.items()]
    return "\n".join(lines) + "\n"
