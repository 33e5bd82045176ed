import pytest

from curator.spacy_models.lemmas import french_lemma


@pytest.mark.parametrize(
    ("form", "lemma"),
    [("attaquait", "attaquer"), ("Attaques", "attaque"), ("explosions", "explosion"), ("zzzkx", "zzzkx"), ("", "")],
)
def test_a_form_leads_to_the_word_that_dictionaries_list(form: str, lemma: str) -> None:
    assert french_lemma(form) == lemma


def test_what_is_too_long_for_a_word_is_left_as_it_is() -> None:
    assert french_lemma("A" * 100_000) == "a" * 100_000
