"""The language of a text, detected offline."""

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

UNKNOWN = "und"
"""The code for a text that holds nothing to tell a language by."""


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of the language that most of a text is in, or `und` where it has no letter.

    The same text gives the same answer everywhere; any of some hundred languages may come out. The first call loads
    the model and takes about a second.
    """
    if not any(char.isalpha() for char in text):
        return UNKNOWN
    code, _ = _identifier().classify(text)
    return str(code)


@cache
def _identifier() -> LanguageIdentifier:
    # One of our own: the module's shared one can be narrowed to some languages by whoever else uses it.
    return LanguageIdentifier.from_model_file(MODEL_FILE)
