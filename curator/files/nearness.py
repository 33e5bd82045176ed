"""Near-duplicates: MinHash bands to find candidates by, exact Jaccard similarity to judge them."""

import hashlib
import re
from functools import lru_cache

from datasketch import MinHash

BANDS = 85
ROWS = 3
PERMUTATIONS = 256
THRESHOLD = 0.3
_SHINGLE = 3
# Part of every stored signature: another seed or scheme makes them all worthless.
_SEED = 1
_SCHEME = "affine32"
_WORD = re.compile(r"\w+")


class MinHashNearness:
    """Nearness by shingles of three words, whatever their case and punctuation.

    With a threshold of 0.3 and bands of three rows, a reprint with a tenth of its words changed is found as good as
    always, and two articles on the same event are not.
    """

    def __init__(self) -> None:
        self._empty = MinHash(num_perm=PERMUTATIONS, seed=_SEED, scheme=_SCHEME)

    def bands(self, text: str) -> list[int]:
        """Return the signature as one signed 64-bit integer per band; texts that share any are candidates.

        The same text gives the same signature on every machine and in every run.
        """
        sketch = self._empty.copy()
        sketch.update_batch([shingle.encode("utf-8") for shingle in _shingles(text)])
        rows = sketch.hashvalues.astype("<u4", casting="safe")
        return [_band(number, rows[number * ROWS : (number + 1) * ROWS].tobytes()) for number in range(BANDS)]

    def near(self, left: str, right: str) -> bool:
        """Say whether two texts are near-duplicates: their shingles have a Jaccard similarity of 0.3 or more."""
        return similarity(left, right) >= THRESHOLD


def similarity(left: str, right: str) -> float:
    """Return the exact Jaccard similarity of two texts' shingles, from 0 to 1."""
    left_shingles, right_shingles = _shingles(left), _shingles(right)
    shared = len(left_shingles & right_shingles)
    return shared / (len(left_shingles) + len(right_shingles) - shared)


def _band(number: int, rows: bytes) -> int:
    hashed = hashlib.blake2b(number.to_bytes(2, "little") + rows, digest_size=8).digest()
    return int.from_bytes(hashed, "little", signed=True)


# One text is compared with many candidates in a row.
@lru_cache(maxsize=64)
def _shingles(text: str) -> frozenset[str]:
    words = _WORD.findall(text.casefold())
    if len(words) < _SHINGLE:
        return frozenset([" ".join(words) or text.casefold().strip()])
    return frozenset(" ".join(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1))
