"""Near-duplicates: a sketch of a text's shingles to find candidates by, exact Jaccard similarity to judge them."""

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

SKETCH = 24
"""How many shingles of a length a signature has at most."""
SHORT = 24
"""Texts of fewer words are found by shingles of both lengths: one changed word spoils most of their long ones."""
THRESHOLD = 0.3
_SHINGLE = 3
_LONG_SHINGLE = 5
_WORD = re.compile(r"\w+")


class SketchNearness:
    """Nearness by shingles, whatever their case and punctuation.

    Candidates share shingles of five words, which texts that have nothing to do with each other hardly do; of these a
    signature holds the 24 whose hashes are smallest, so that two texts hold the same ones (a bottom-k sketch). With a
    threshold of 0.3, on shingles of three words, a reprint with a tenth of its words changed is found as good as
    always, and two articles on the same event are not.
    """

    scheme = "bottom-24 of 5 words, of 3 below 24; blake2b"

    def signature(self, text: str) -> list[int]:
        """Return the shingles that a text is found by, as signed 32-bit integers.

        The same text gives the same signature on every machine and in every run.
        """
        words = _words(text)
        lengths = (_LONG_SHINGLE, _SHINGLE) if len(words) < SHORT else (_LONG_SHINGLE,)
        # A set would leave it to chance in which order they are stored.
        return list(dict.fromkeys(key for length in lengths for key in _sketch(_shingles(words, text, length))))

    def near(self, left: str, right: str) -> bool:
        """Say whether two texts are near-duplicates: their shingles have a Jaccard similarity of 0.3 or more."""
        return similarity(left, right) >= THRESHOLD


def similarity(left: str, right: str) -> float:
    """Return the exact Jaccard similarity of two texts' shingles, from 0 to 1."""
    left_shingles, right_shingles = shingles(left), shingles(right)
    shared = len(left_shingles & right_shingles)
    return shared / (len(left_shingles) + len(right_shingles) - shared)


def _sketch(chosen_from: frozenset[str]) -> list[int]:
    digests = sorted(hashlib.blake2b(shingle.encode(), digest_size=8).digest() for shingle in chosen_from)
    # Chosen by one half of the hash and named by the other: names of chosen ones alone would lie close together.
    return [int.from_bytes(digest[4:], "little", signed=True) for digest in digests[:SKETCH]]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _shingles(words: Sequence[str], text: str, length: int) -> frozenset[str]:
    if len(words) < length:
        return frozenset([" ".join(words) or text.casefold().strip()])
    return frozenset(" ".join(words[at : at + length]) for at in range(len(words) - length + 1))


# One text is compared with many candidates in a row.
@lru_cache(maxsize=64)
def shingles(text: str) -> frozenset[str]:
    """Return the sequences of three words that near-duplicates are judged by."""
    return _shingles(_words(text), text, _SHINGLE)
