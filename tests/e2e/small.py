"""A desk of a few short texts, for tests that change the project as a whole."""

import json
from pathlib import Path

TEXTS = (
    "Le général Idriss Morel a quitté Bamako lundi, selon l'armée. Deux soldats ont été tués près de Gao.",
    "À Tripoli, le ministre Ali Zeïn a rencontré l'ambassadeur du Tchad. Une trêve a été signée à Misrata.",
    "Des manifestants ont défilé à Beyrouth contre le gouvernement. La police a arrêté Nadia Haddad.",
    "L'aviation a bombardé un dépôt au nord de Kherson. Kiev accuse Moscou, qui dément toute frappe.",
    "Les rebelles du M23 ont attaqué Rutshuru mardi. Le président Paul Kabuya a promis une riposte.",
)


def small_corpus(folder: Path, *texts: str) -> str:
    """Write texts as the lines of a file, and return its path."""
    path = folder / "small.jsonl"
    path.write_text("".join(json.dumps({"text": text, "lang": "fr"}) + "\n" for text in texts or TEXTS), "utf-8")
    return str(path)
