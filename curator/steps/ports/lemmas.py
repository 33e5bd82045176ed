"""Lemmas: the form that a dictionary lists a word under."""

from collections.abc import Callable

Lemma = Callable[[str], str]
"""Return the lemma of a word form, in lower case; the form itself where no dictionary has it. Always the same."""
