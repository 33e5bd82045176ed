"""Candidates for near-duplicates: documents that share keys, as many at most as a bounded index holds of each key."""

from collections import Counter
from collections.abc import Mapping, Sequence

HOLDERS = 16
"""How many documents are kept of a key, the first that have it.

A key that more have is of a phrase that is common in the corpus, or of a text that is printed again and again: the
first prints are enough to find all later ones by. Texts that are put together from the same few sentences, and share
nothing but those, are only found among the first that have them.
"""
_LEAST_SHARE = 8
"""A candidate shares one in so many keys of a document."""


def candidates_in_turn(
    signatures: Mapping[str, Sequence[int]], holders: dict[int, list[str]]
) -> tuple[dict[str, list[str]], dict[str, list[int]]]:
    """Return the candidates of each document, and the keys that it is to be kept under, as if they came one by one.

    `signatures` are in the order in which the documents come; `holders` has the documents that are kept under each of
    their keys, and gains these. How documents are cut into batches makes no difference.
    """
    candidates: dict[str, list[str]] = {}
    kept: dict[str, list[int]] = {}
    for document, keys in signatures.items():
        shared = Counter(holder for key in keys for holder in holders.get(key, ()))
        candidates[document] = sorted(other for other, number in shared.items() if number * _LEAST_SHARE >= len(keys))
        kept[document] = [key for key in keys if len(holders.get(key, ())) < HOLDERS]
        for key in kept[document]:
            holders.setdefault(key, []).append(document)
    return candidates, kept
