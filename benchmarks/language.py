"""How many short texts are taken in and refused for their language; `python -m benchmarks.language [FILE.jsonl…]`.

French is the seed corpus, or the `text` of the files' lines; the rest is `benchmarks/foreign.jsonl`, of own writing.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus import texts
from curator.files.language import detect_language

LENGTHS = (20, 40, 80, 160, 320)
_EXPECTED = "fr"


@dataclass(frozen=True, slots=True)
class Shares:
    """Of texts of one length: how many there are, and which shares are detected as French and may be in French."""

    count: int
    detected: float
    doubtful: float

    @property
    def taken(self) -> float:
        """The share that is taken in."""
        return self.detected + self.doubtful


def shares(pieces: list[str]) -> Shares:
    """Return how many of some texts would be taken in."""
    languages = [detect_language(piece) for piece in pieces]
    detected = sum(language.code == _EXPECTED for language in languages)
    doubtful = sum(_EXPECTED in language.rivals for language in languages)
    return Shares(len(pieces), detected / len(pieces), doubtful / len(pieces))


def pieces_of(whole: list[str], length: int) -> list[str]:
    """Return the beginning of every paragraph that is long enough, cut to a length at a border of words."""
    return [piece for text in whole for piece in _beginnings(text, length)]


def foreign_texts() -> list[str]:
    """Return news paragraphs in ten other languages."""
    lines = Path("benchmarks/foreign.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def sliding(whole: list[str], length: int) -> list[str]:
    """Return pieces of a length from all through some texts."""
    starts = [(text, text.find(" ", at) + 1 if at else 0) for text in whole for at in range(0, len(text), length // 2)]
    return [_cut(text[start:], length) for text, start in starts if len(text) - start >= length]


def _beginnings(text: str, length: int) -> Iterator[str]:
    for paragraph in map(str.strip, text.split("\n")):
        if len(paragraph) >= length and any(char.isalpha() for char in paragraph[:length]):
            yield _cut(paragraph, length)


def _cut(text: str, length: int) -> str:
    border = text.rfind(" ", 0, length + 1)
    return text[:border] if len(text) > length and border > 0 else text[:length]


def main() -> None:
    lines = [line for path in sys.argv[1:] for line in Path(path).read_text("utf-8").splitlines()]
    french = [json.loads(line)["text"] for line in lines] or texts()
    foreign = foreign_texts()
    print("characters  French: texts  refused  refused by the likeliest alone  foreign: texts  taken  by the likeliest")
    for length in LENGTHS:
        home, other = shares(pieces_of(french, length)), shares(sliding(foreign, length))
        cells = f"{length:>10}{home.count:>15}{1 - home.taken:>9.3f}{1 - home.detected:>32.3f}"
        print(f"{cells}{other.count:>16}{other.taken:>7.3f}{other.detected:>15.3f}")


if __name__ == "__main__":
    main()
