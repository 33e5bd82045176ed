"""A version's folder as the library `datasets` loads it."""

import json
from pathlib import Path
from typing import Any

from curator_client.errors import ClientError, PackageMissing
from curator_client.version import MANIFEST, SILVER

try:
    import datasets
except ImportError as error:
    what = f"the library `datasets` is not installed: {error}"
    raise PackageMissing(what, "", "pip install 'curator-client[datasets]'") from error


def hub_dataset(folder: Path, split: str | None) -> Any:
    """Return a DatasetDict of the splits that are not empty, or the Dataset of one."""
    if split == SILVER:
        raise ClientError("silver records are not loaded as a dataset", str(folder), "load them as records")
    files = json.loads((folder / MANIFEST).read_bytes())["files"]
    if split is not None and not files[f"{split}.jsonl"]["records"]:
        raise ClientError(f"{split} is empty", str(folder), "choose another split")
    return datasets.load_dataset(str(folder), split=split)
