"""The language of a text, detected offline."""

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from curator.steps.ports.documents import Detected

UNKNOWN = "und"
"""The code for a text that holds nothing to tell a language by."""

# `python -m benchmarks.language` counts what this takes in and refuses. The detector spreads its belief over more
# languages the shorter a text is: a headline of news has dozens this close, a paragraph none.
_CLOSE = 0.02


def detect_language(text: str) -> Detected:
    """Return the language that most of a text is in, and those that are at least a fiftieth as likely.

    The same text gives the same answer everywhere; any of some hundred languages may come out. The first call loads
    the model and takes about a second.
    """
    if not any(char.isalpha() for char in text):
        return Detected(UNKNOWN)
    (code, likely), *others = _identifier().rank(text)
    return Detected(str(code), frozenset(str(other) for other, chance in others if chance >= _CLOSE * likely))


@cache
def _identifier() -> LanguageIdentifier:
    # One of our own: the module's shared one can be narrowed to some languages by whoever else uses it.
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
