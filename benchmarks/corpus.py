"""The texts that are measured on."""

import json
from pathlib import Path

from curator.domain.canonical import canonicalise

_FILES = ("train", "dev", "test")


def texts() -> list[str]:
    """Return the canonical texts of the seed corpus."""
    lines = [line for name in _FILES for line in Path(f"seeds/corpus/{name}.jsonl").read_text("utf-8").splitlines()]
    return [canonicalise(json.loads(line)["text"]).text for line in lines]
