"""Whether a long run needs more memory than a short one."""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from benchmarks.corpus import texts

_LENGTH = 500
# A process counts what it was forked from as its own peak, so a small one starts the one that is measured.
_WATCH = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@dataclass(frozen=True, slots=True)
class Peaks:
    """The peak memory of a command over few and over many documents, in bytes."""

    few: int
    few_peak: int
    many: int
    many_peak: int

    def __str__(self) -> str:
        return (
            f"preannotate, peak memory: {self.few_peak / 1e6:.0f} MB for {self.few:,} documents, "
            f"{self.many_peak / 1e6:.0f} MB for {self.many:,}; ratio {self.many_peak / self.few_peak:.3f}; aim: flat"
        )


def peaks(few: int = 1_000, many: int = 20_000) -> Peaks:
    """Measure `curator preannotate FILE --out FILE`; every document holds words that no other one has."""
    return Peaks(few, _peak(few), many, _peak(many))


def _peak(count: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "documents.jsonl"
        with source.open("w", encoding="utf-8") as lines:
            for number, text in enumerate(islice(cycle(texts()), count)):
                # Words that only this document has, as the names in the news are.
                own = " ".join(f"Zor{number}an{letter}" for letter in "abcdefgh")
                lines.write(json.dumps({"text": f"{text[:_LENGTH]} {own}", "lang": "fr"}, ensure_ascii=False) + "\n")
        out = str(Path(folder) / "out.jsonl")
        command = [sys.executable, "-m", "curator", "preannotate", str(source), "--pipeline", "configs/rules.cfg"]
        run = subprocess.run(
            [sys.executable, "-c", _WATCH, *command, "--out", out], stdout=subprocess.PIPE, text=True, check=True
        )
        return int(run.stdout) * 1024
