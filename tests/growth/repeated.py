"""Texts of one thing over and over, as a page's mistake or somebody's malice gives them."""

import gc
import itertools
import os
import resource
import sys
from collections.abc import Callable

KINDS = {
    "letter": "a",
    "accented letter": "é",
    "capital": "A",
    "digit": "1",
    "dot": ".",
    "comma": ",",
    "hyphen": "-",
    "apostrophe": "'",
    "curved apostrophe": "’",
    "guillemet": "«",
    "quote": '"',
    "space": " ",
    "narrow space": "\u202f",
    "newline": "\n",
    "line separator": "\u2028",
    "tab": "\t",
    "bracket": "(",
    "slash": "/",
    "bar": "|",
    "underscore": "_",
    "emoji": "🙂",
    "combining mark": "\u0301",
    "decomposed letter": "e\u0301",
    "letter that grows in lower case": "İ",
    "arabic letter": "ا",
    "question": "?",
    "names": "Ab ",
    "names with two blanks": "Ab  ",
    "hyphenated names": "Ab-",
    "elided names": "d'Ab'",
    "names in capitals": "AB-",
    "dateline": "ABCD - ",
    "initials": "A. ",
    "initials on lines": "A.\n",
    "acronym with dots": "A.B.C.",
    "acronyms in brackets": "Ab Cd (AC) ",
    "letters in brackets": f"AAAAAAAAAA ({'A ' + 'a ' * 40}) ",
    "title and initials": "président A. ",
    "titled": "ministre de la Ab ",
    "office": "maire a ",
    "organisations": "Parti du ",
    "articles": "le Ab ",
    "places": "vers Ab, ",
    "places in a list": "à Ab et à Cd, ",
    "ships": "USS ",
    "models": "AK-47 ",
    "soldiers": "soldats français ",
    "adjectives": "français ",
    "counts": "trois cent ",
    "numbers in a list": "1, ",
    "numbers joined": "1-",
    "grouped number": "1 000 ",
    "dates": "1/1/",
    "ISO dates": "2020-01-",
    "years": "1999-",
    "clock": "12:30:",
    "days": "lundi 3 ",
    "months": "mai-",
    "verbs of dates": "reportéouvr",
    "address on the web": "http://a.b/",
    "address of mail": "a@b.",
    "quotations": "« a », a ",
    "reported speech": "» a-t-il ",
    "clitics": "-t-il",
    "triggers": "accord ",
    "triggers with reach": "a appelé à ",
    "breadcrumb": "Accueil | ",
    "copyright": "© ",
}
PAIRS = {f"{a!r} and {b!r}": a + b for a, b in itertools.product(("a", "1", "A", "d", "«"), (".", "-", "'", "’", " "))}
UNITS = {**KINDS, **PAIRS}
SPOILT = ".b"
"""An end that may spoil what was matched so far."""


def repeated(unit: str, length: int) -> str:
    """Return a text of so many characters of one thing, and its spoilt end."""
    return (unit * (length // len(unit) + 1))[:length] + SPOILT


def stuck(work: Callable[[str], object], length: int, seconds: int) -> list[str]:
    """Return which kinds of texts a process of its own did not finish within so many seconds of processor time."""
    names = []
    for name, unit in UNITS.items():
        child = os.fork()
        if not child:
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
            work(repeated(unit, length))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status:
            names.append(name)
    return names


def main() -> None:
    from curator.spacy_models.annotator import SpacyPipeline

    config, length, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    pipeline = SpacyPipeline(config)
    # Else each child goes through all of it for garbage, and copies it by that.
    gc.freeze()
    sys.stdout.writelines(f"{name}\n" for name in stuck(lambda text: pipeline.annotate_batch([text]), length, seconds))


if __name__ == "__main__":
    main()
