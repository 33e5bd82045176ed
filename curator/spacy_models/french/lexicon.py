"""Reading the lexicons: JSON lines, one entry each, in a folder of files."""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import simplemma

from curator.domain.errors import CuratorError


def read_lexicon(folder: str | Path, name: str) -> Iterator[dict[str, Any]]:
    """Yield the entries of `folder/name.jsonl` in order; blank lines are skipped.

    Raises CuratorError naming the file, or the line that is no JSON object with a label.
    """
    path = Path(folder) / f"{name}.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise CuratorError(
            f"lexicon cannot be read: {error.strerror}", str(path), "set paths.lexicons to the lexicon folder"
        ) from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            entry["label"]
        except (ValueError, KeyError, TypeError):
            raise CuratorError(
                "lexicon line is no JSON object with a label", f"{path}:{number}", "mend the line"
            ) from None
        yield entry


def inflections(masculine: str, feminine: str | None = None) -> set[str]:
    """Return the four forms of a French adjective or noun; `feminine` only where the regular one is wrong."""
    if feminine is None:
        if masculine.endswith("e"):
            feminine = masculine
        elif masculine.endswith(("ien", "éen", "on")):
            feminine = masculine + "ne"
        else:
            feminine = masculine + "e"
    return {masculine, _plural(masculine), feminine, _plural(feminine)}


def _plural(form: str) -> str:
    if form.endswith(("s", "x", "z")):
        return form
    if form.endswith("al"):
        return form[:-2] + "aux"
    return form + ("x" if form.endswith("eau") else "s")


@lru_cache(maxsize=100_000)
def lemmas(word: str) -> frozenset[str]:
    """Return every lemma that a French word form, in lower case, may have; participles lead to their verb."""
    found = {word}
    stems = {word, word.removesuffix("s"), word.removesuffix("e"), word.removesuffix("es")}
    for stem in stems:
        if len(stem) < 2:
            continue
        if stem == word or stem.endswith(("é", "i", "u", "is", "it", "rt")):
            found.add(simplemma.lemmatize(stem, lang="fr").lower())
        if stem.endswith("é"):
            found.add(stem[:-1] + "er")
    return frozenset(found)


@lru_cache(maxsize=100_000)
def is_word(word: str) -> bool:
    """Say whether a French dictionary knows this form, in lower case."""
    return bool(simplemma.is_known(word, lang="fr"))
