import pytest

from curator.files.language import UNKNOWN, detect_language

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
    assert detect_language(text) == language
