"""What a command costs before it does anything: processor time and time passed, against importing what it needs."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.corpus import texts
from benchmarks.generated import generated_texts

_PAIRS = 9
_FEW_PAIRS = 2
_ARTICLES = 5
_DOCUMENTS = 200


@dataclass(frozen=True, slots=True)
class Start:
    """The seconds that a process and its baseline take, on processors and in all, pair by pair."""

    name: str
    baseline: str
    processor: tuple[tuple[float, float], ...]
    passed: tuple[tuple[float, float], ...]
    aim: str

    def __str__(self) -> str:
        return "; ".join(
            (
                f"{self.name} against {self.baseline}",
                _compared("processor", self.processor),
                _compared("passed", self.passed),
                f"aim: {self.aim}",
            )
        )


def _compared(title: str, pairs: Sequence[tuple[float, float]]) -> str:
    ratios = [seconds / base for seconds, base in pairs]
    own, base = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    extremes = f"{min(ratios):.2f} to {max(ratios):.2f}"
    return f"{title} {own:.2f} s to {base:.2f} s, ratio {statistics.median(ratios):.2f} ({extremes} in {len(pairs)})"


def help_against_click() -> Start:
    """Measure `curator --help` against importing click."""
    return _paired("curator --help", ["-m", "curator", "--help"], "import click", aim="at most 1.5")


def status_against_sqlalchemy() -> Start:
    """Measure `curator status` on a workspace with documents against importing click and SQLAlchemy."""
    with tempfile.TemporaryDirectory() as folder:
        articles = _written(Path(folder), [text.text for text in generated_texts(_DOCUMENTS, sentences=3)])
        command = ["-m", "curator", "--workspace", f"{folder}/workspace"]
        _run([*command, "ingest", str(articles)])
        return _paired("curator status", [*command, "status"], "import click, sqlalchemy", aim="at most 1.3")


def articles_against_spacy() -> Start:
    """Measure pre-annotating five articles against importing spaCy, with what is cached between runs in its place."""
    return _articles("cache warm", lambda _: None)


def articles_without_cache() -> Start:
    """Measure pre-annotating five articles against importing spaCy, each time with an empty cache."""
    return _articles("cache cold", lambda folder: str(folder))


def _articles(title: str, cache: Callable[[Path], str | None]) -> Start:
    with tempfile.TemporaryDirectory() as folder:
        articles = _written(Path(folder), texts()[:_ARTICLES])
        command = ["-m", "curator", "preannotate", str(articles), "--out", f"{folder}/out.jsonl"]

        def environment(number: int) -> dict[str, str]:
            empty = cache(Path(folder) / f"cache{number}")
            return {} if empty is None else {"XDG_CACHE_HOME": empty}

        name = f"curator preannotate, {_ARTICLES} articles, {title}"
        return _paired(name, command, "import spacy", aim="at most 3", pairs=_FEW_PAIRS, environment=environment)


def _written(folder: Path, documents: Sequence[str]) -> Path:
    articles = folder / "articles"
    articles.mkdir()
    for number, text in enumerate(documents):
        (articles / f"{number}.txt").write_text(text, encoding="utf-8")
    return articles


def _paired(
    name: str,
    command: Sequence[str],
    baseline: str,
    *,
    aim: str,
    pairs: int = _PAIRS,
    environment: Callable[[int], dict[str, str]] = lambda _: {},
) -> Start:
    """Run a command of Python and a baseline in turn; the first pair warms the system's caches and does not count."""
    measured = [
        (_run(command, environment(number)), _run(["-c", baseline], environment(number))) for number in range(pairs + 1)
    ][1:]
    processor, passed = (tuple((own[part], base[part]) for own, base in measured) for part in (0, 1))
    return Start(name, baseline, processor, passed, aim)


def _run(command: Sequence[str], environment: dict[str, str] | None = None) -> tuple[float, float]:
    """Run Python and return the seconds it took, on processors and in all."""
    began, before = perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    env = {**os.environ, **(environment or {})}
    subprocess.run(
        [sys.executable, *command], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, perf_counter() - began
