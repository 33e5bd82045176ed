import json

import pytest

from benchmarks.corpus import texts
from benchmarks.language import pieces_of, shares
from curator.files.language import UNKNOWN, detect_language
from tests.conftest import ROOT

FRENCH = (
    "Plusieurs milliers de personnes ont défilé samedi à Lyon contre la réforme des retraites. La préfecture a compté "
    "douze mille manifestants, les syndicats le double. Des heurts ont éclaté place Bellecour en fin de journée."
)
CAPTION = "Protesters march through downtown Lyon, France, on Saturday. Credit: Reuters / File photo."


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (FRENCH, "fr"),
        (f"{FRENCH}\n{CAPTION}", "fr"),
        (f"{CAPTION}\n{FRENCH}", "fr"),
        (FRENCH.upper(), "fr"),
        (CAPTION, "en"),
        ("Mehrere tausend Menschen sind am Samstag in Berlin auf die Straße gegangen.", "de"),
        ("", UNKNOWN),
        ("12 345 — 67 %", UNKNOWN),
    ],
)
def test_language(text: str, language: str) -> None:
    assert detect_language(text).code == language


@pytest.mark.parametrize(
    "headline",
    [
        "Ankara bombarde Kobané",
        "Boko Haram frappe Diffa",
        "Sabha : tribus en guerre",
        "Pristina accuse Belgrade",
        "Irak : Mossoul libérée",
        "Niamey expulse un colonel italien",
        "New Delhi nie tout tir",
        "M23 : Bukavu menacée",
        "Téhéran menace Israël",
    ],
)
def test_a_french_headline_may_be_french_though_another_language_is_likelier(headline: str) -> None:
    detected = detect_language(headline)
    assert detected.code != "fr"
    assert "fr" in detected.rivals


@pytest.mark.parametrize("length", [20, 40, 80, 160])
def test_of_french_news_cut_short_next_to_nothing_is_clearly_foreign(length: int) -> None:
    # Some captions of the corpus are in English: 13 of the 749 paragraphs that have eighty characters.
    assert shares(pieces_of(texts(), length)).taken > 0.98


@pytest.mark.parametrize("line", (ROOT / "benchmarks" / "foreign.jsonl").read_text("utf-8").splitlines())
def test_a_foreign_paragraph_is_clearly_foreign(line: str) -> None:
    paragraph = json.loads(line)
    detected = detect_language(paragraph["text"])
    assert detected.code == paragraph["lang"]
    assert "fr" not in detected.rivals


def test_a_short_text_in_another_script_is_clearly_foreign() -> None:
    for text in ("Россия осудила взрыв", "اعلن الجيش", "中国外交部"):
        assert "fr" not in detect_language(text).rivals
