"""What every Language keeps to."""

import pytest

from curator.files.language import detect_language
from curator.steps.ports.documents import Detected, Language
from tests.fakes.parts import french

FRENCH = (
    "Plusieurs milliers de personnes ont défilé samedi à Lyon contre la réforme des retraites, selon la préfecture."
)
ENGLISH = "The protesters marched through downtown Lyon on Saturday, and the police counted several thousands of them."


@pytest.fixture(params=[detect_language, french], ids=["detected", "fake"])
def language(request: pytest.FixtureRequest) -> Language:
    chosen: Language = request.param
    return chosen


@pytest.mark.parametrize(("text", "code"), [(FRENCH, "fr"), (ENGLISH, "en")])
def test_a_text_has_the_code_of_its_language_every_time(language: Language, text: str, code: str) -> None:
    assert language(text) == language(text)
    assert language(text).code == code


def test_what_is_clearly_in_one_language_may_not_be_in_another(language: Language) -> None:
    assert "en" not in language(FRENCH).rivals
    assert "fr" not in language(ENGLISH).rivals


@pytest.mark.parametrize("text", ["Séoul riposte", "Bakou reprend Choucha", "Damas accuse Tel-Aviv"])
def test_a_headline_may_be_in_its_language_whatever_it_is_detected_as(language: Language, text: str) -> None:
    detected = language(text)
    assert "fr" in {detected.code, *detected.rivals}
    assert detected.code not in detected.rivals


@pytest.mark.parametrize("text", ["", " \n", "12 345 — 67 %", "🇫🇷 !"])
def test_a_text_without_a_letter_has_no_language(language: Language, text: str) -> None:
    assert language(text) == Detected("und")
