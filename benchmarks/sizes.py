"""How many documents are measured with: `make bench LARGE=1` adds what takes longer than the rest together."""

import os


def is_large() -> bool:
    """Say whether the large sizes are asked for, by the variable CURATOR_BENCH_LARGE."""
    return bool(os.environ.get("CURATOR_BENCH_LARGE"))


def sizes(*small: int, large: int) -> list[int]:
    """Return the sizes to measure at: the small ones, and the large one where it is asked for.

    The variable CURATOR_BENCH_SIZES names others, with commas between.
    """
    named = os.environ.get("CURATOR_BENCH_SIZES", "")
    if named:
        return sorted(int(size) for size in named.split(","))
    return [*small, large] if is_large() else list(small)
