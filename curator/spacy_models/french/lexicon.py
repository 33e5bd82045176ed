"""Reading the lexicons: JSON lines, one entry each, in a folder of files."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import simplemma

from curator.domain.errors import CuratorError
from curator.spacy_models.french.phrases import fold

_LONGEST_WORD = 100
"""In letters: no dictionary has a longer word, and what remembers words is to remember none."""


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
    """Return the forms of a French adjective or noun; `feminine` only where the regular one is wrong.

    Of two nouns joined by a hyphen (chypriote-grec) both may bear the plural.
    """
    if feminine is None:
        if masculine.endswith("e"):
            feminine = masculine
        elif masculine.endswith(("ien", "yen", "éen", "on")):
            feminine = masculine + "ne"
        else:
            feminine = masculine + "e"
    forms = {masculine, _plural(masculine), feminine, _plural(feminine)}
    first, hyphen, _ = masculine.partition("-")
    if hyphen and not first.endswith(("o", "nord", "sud", "est", "é")):
        forms |= {form.replace(first, _plural(first), 1) for form in map(_plural, (masculine, feminine))}
    return forms


def demonyms(folder: str | Path) -> set[str]:
    """Return every form of every demonym of the lexicon."""
    return {
        form
        for entry in read_lexicon(folder, "demonyms")
        for form in inflections(entry["masculine"], entry.get("feminine"))
    }


def first_names(folder: str | Path) -> set[str]:
    """Return the first names of the lexicon, folded."""
    return {fold(entry["text"]) for entry in read_lexicon(folder, "first_names")}


def either(words: Iterable[str]) -> str:
    """Return a regular expression for any of these words, the longest first; shared beginnings are written once."""
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    return _branches(tree)


def _branches(node: dict[str, Any]) -> str:
    ways = [re.escape(char) + _branches(rest) for char, rest in sorted(node.items()) if char]
    if not ways:
        return ""
    return f"(?:{'|'.join(ways)}){'?' if '' in node else ''}" if len(ways) > 1 or "" in node else ways[0]


def _plural(form: str) -> str:
    if form.endswith(("s", "x", "z")):
        return form
    if form.endswith("al"):
        return form[:-2] + "aux"
    return form + ("x" if form.endswith("eau") else "s")


@lru_cache(maxsize=100_000)
def lemmas(word: str) -> frozenset[str]:
    """Return every lemma that a French word form, in lower case, may have; participles lead to their verb."""
    forms = {word}
    if len(word) > _LONGEST_WORD:
        return frozenset(forms)
    for stem in {word, word.removesuffix("s"), word.removesuffix("e"), word.removesuffix("es")}:
        if len(stem) < 3:
            continue
        if stem == word or stem.endswith(("é", "i", "u", "is", "it", "rt")):
            forms.add(simplemma.lemmatize(stem, lang="fr").lower())
        if stem.endswith("é"):
            forms.add(stem[:-1] + "er")
        elif stem.endswith("i"):
            forms.add(stem + "r")
        elif stem.endswith("u"):
            forms.update((stem[:-1] + "re", stem[:-1] + "ir"))
    if word.endswith("ant"):
        forms.add(word[:-3] + "er")
    return frozenset(forms)


def finite(word: str) -> str | None:
    """Return the infinitive that a form would have as a present of the first group, where it may also be a noun."""
    if word.endswith("ent"):
        return word[:-3] + "er"
    return word + "r" if word.endswith("e") else None


@lru_cache(maxsize=100_000)
def is_word(word: str) -> bool:
    """Say whether a French dictionary knows this form, in lower case."""
    return len(word) <= _LONGEST_WORD and bool(simplemma.is_known(word, lang="fr"))
