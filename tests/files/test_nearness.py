import random
import subprocess
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from curator.files.nearness import BANDS, MinHashNearness, similarity

NEARNESS = MinHashNearness()
WORDS = [
    f"{onset}{nucleus}{coda}" for onset in "bcdfglmnprst" for nucleus in "aeiou" for coda in ("", "rin", "tal", "ve")
]


def article(rng: random.Random, words: int) -> list[str]:
    return [rng.choice(WORDS) for _ in range(words)]


def reprint(rng: random.Random, words: list[str], share: float) -> list[str]:
    changed = set(rng.sample(range(len(words)), int(len(words) * share)))
    return [rng.choice(WORDS) if at in changed else word for at, word in enumerate(words)]


def share_a_band(left: str, right: str) -> bool:
    return bool(set(NEARNESS.bands(left)) & set(NEARNESS.bands(right))) and NEARNESS.near(left, right)


def test_reprints_with_a_tenth_of_the_words_changed_are_found() -> None:
    rng = random.Random(7)
    originals = [article(rng, rng.randint(60, 400)) for _ in range(200)]
    hits = [share_a_band(" ".join(words), " ".join(reprint(rng, words, 0.1))) for words in originals]
    assert sum(hits) >= 198


def test_other_articles_are_not_near() -> None:
    rng = random.Random(8)
    texts = [" ".join(article(rng, 200)) for _ in range(30)]
    assert not any(NEARNESS.near(text, earlier) for at, text in enumerate(texts) for earlier in texts[:at])


def test_case_and_punctuation_do_not_matter() -> None:
    text, shouted = "Trois morts, à Nîmes : un séisme.", "TROIS MORTS À NÎMES — UN SÉISME"
    assert NEARNESS.bands(text) == NEARNESS.bands(shouted)
    assert similarity(text, shouted) == 1.0


def test_short_texts() -> None:
    assert NEARNESS.near("Un", "un")
    assert not NEARNESS.near("Un", "Deux")
    assert NEARNESS.near("!!!", "!!!")
    assert not NEARNESS.near("!!!", "???")


def test_the_signature_is_pinned() -> None:
    program = (
        "from curator.files.nearness import MinHashNearness as M; print(M().bands('Un séisme a frappé Nîmes')[:2])"
    )
    runs = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=env).stdout
        for env in ({"PYTHONHASHSEED": "1"}, {"PYTHONHASHSEED": "2"})
    }
    assert runs == {f"{PINNED}\n"}


PINNED = [-9185683729284765271, -6852549314032110826]


@settings(max_examples=50)
@given(st.text(), st.text())
def test_signatures_fit_and_nearness_is_symmetric(left: str, right: str) -> None:
    bands = NEARNESS.bands(left)
    assert len(set(bands)) == len(bands) == BANDS
    assert all(-(2**63) <= band < 2**63 for band in bands)
    assert NEARNESS.near(left, left)
    assert NEARNESS.near(left, right) == NEARNESS.near(right, left)
