"""Forms of French verbs of the first group, which most triggers are; also as they are misspelt without accents."""

import re
import unicodedata

_CLOSED = re.compile(r"(.*)([eé])([bcdfglmnprstv]|ch|gn)\Z")
_AFTER_SOFT = ("ait", "aient", "a", "ant")
_AFTER_ANY = ("é", "és", "ée", "ées", "èrent", "er")
_FUTURE = ("a", "ont", "ait", "aient")


def first_group(infinitive: str) -> set[str]:
    """Return the forms that news uses of a regular verb in -er: third persons, participles and the infinitive."""
    stem = infinitive[:-2]
    soft = stem + "e" if stem.endswith("g") else stem[:-1] + "ç" if stem.endswith("c") else stem
    closed = _CLOSED.match(stem)
    present = {stem}
    if closed:
        present.add(f"{closed[1]}è{closed[3]}")
        if stem.endswith(("el", "et")):
            present.add(stem + stem[-1])
    elif stem.endswith("y"):
        present.add(stem[:-1] + "i")
    forms = {soft + ending for ending in _AFTER_SOFT} | {stem + ending for ending in _AFTER_ANY}
    for root in present:
        forms |= {root + "e", root + "ent"} | {f"{root}er{ending}" for ending in _FUTURE}
    return forms


def unaccented(word: str) -> str:
    """Return the word without its accents, as capitals and hasty writers leave it."""
    return "".join(char for char in unicodedata.normalize("NFD", word) if not unicodedata.combining(char))
