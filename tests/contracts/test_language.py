"""What every Language keeps to."""

import pytest

from curator.files.language import detect_language
from curator.steps.ports.documents import Language
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
    assert [language(text), language(text)] == [code, code]


@pytest.mark.parametrize("text", ["", " \n", "12 345 — 67 %", "🇫🇷 !"])
def test_a_text_without_a_letter_has_no_language(language: Language, text: str) -> None:
    assert language(text) == "und"
