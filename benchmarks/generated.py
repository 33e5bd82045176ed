"""A corpus of any size: sentences with slots, so that texts differ, and reprints at a known rate."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

REPRINT_RATE = 0.05
"""The share of documents that are a reprint of an earlier one."""
CHANGED = 0.1
"""The share of its words in which a reprint differs."""

_SENTENCES = (
    "{day}, {name}, {role} de {place}, a {said} que {group} avait {done} {number} {things} près de {place}.",
    "Selon {name}, {group} {verb} {things} {adverb} depuis {month}, et {number} {people} ont quitté {place}.",
    "À {place}, {number} {people} attendaient {day} {things} que {group} devait {act} avant {month}.",
    "{name} doit {act} {name} à {place} pour parler {topic} et {topic}, {adverb}.",
    "Un porte-parole {topic} a {said} {day} que {number} {things} avaient été {done} entre {place} et {place}.",
    "{group} et {group} se sont {done} {day} à {place}, où {name} {verb} {topic}.",
    "Les {people} de {place} {verb} {things}, {number} selon {name}, {number} selon {group}.",
    "« {topic} ne peut {act} sans {topic} », a {said} {name}, {role} {adverb} à {place}.",
    "En {month}, {place} avait {done} {number} {things} à {group}, malgré {topic}.",
    "{name} et {name} {verb} {adverb} {topic} devant {number} {people} à {place}.",
)
_WORDS = {
    "day": "lundi mardi mercredi jeudi vendredi samedi dimanche hier",
    "month": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "role": "ministre préfet général porte-parole ambassadeur maire négociateur colonel médecin historien",
    "said": "affirmé déclaré annoncé précisé reconnu démenti répété assuré indiqué rappelé",
    "done": "détruit saisi bombardé livré rendu échangé caché accepté retrouvé évacué rencontrés accusés",
    "things": "chars ponts camions drones navires dépôts postes villages prisonniers convois obus vivres",
    "people": "habitants soldats blessés réfugiés élèves marins secouristes témoins journalistes volontaires",
    "verb": "réclament attaquent défendent refusent cachent surveillent contestent préparent redoutent réparent",
    "act": "rendre signer attaquer rencontrer livrer quitter reconstruire négocier évacuer surveiller",
    "syllable": "ba bel cor da dran el fi gor ha is ka lin mar no or pal qui ras sel ta ur vi yan zo",
    "adverb": "lentement discrètement souvent désormais publiquement parfois durement ensemble encore peu",
}
_TOPICS = "du cessez-le-feu|de la trêve|du blé|de l'embargo|des otages|du barrage|de la frontière|du port|des mines"
_GROUPS = "l'armée de|la milice de|les rebelles de|le gouvernement de|la police de|les insurgés de|le parlement de"
_CHOICES = {slot: words.split() for slot, words in _WORDS.items()}
_CHOICES |= {"topic": _TOPICS.split("|"), "prefix": _GROUPS.split("|")}


@dataclass(frozen=True, slots=True)
class GeneratedText:
    """A text, with the number of the one that it reprints, None for one of its own."""

    number: int
    text: str
    reprint_of: int | None = None


def generated_texts(count: int, *, sentences: int = 12, seed: int = 0) -> Iterator[GeneratedText]:
    """Yield so many texts, numbered from 0; the same for the same arguments, on every machine.

    A twentieth of them are an earlier text of which a tenth of the words is another one.
    """
    for number in range(count):
        drawn = random.Random(f"{seed}:{number}")  # noqa: S311 - nothing secret
        original = None
        if number and drawn.random() < REPRINT_RATE:
            original = drawn.randrange(number)
            text = reprint(own_text(original, sentences=sentences, seed=seed), drawn)
        else:
            text = own_text(number, sentences=sentences, seed=seed)
        yield GeneratedText(number, text, original)


def own_text(number: int, *, sentences: int = 12, seed: int = 0) -> str:
    """Return the text of a number that reprints nothing."""
    drawn = random.Random(f"{seed}:own:{number}")  # noqa: S311 - nothing secret
    lines = [_sentence(drawn) for _ in range(sentences)]
    return "\n\n".join(" ".join(lines[start : start + 3]) for start in range(0, len(lines), 3))


def reprint(text: str, drawn: random.Random) -> str:
    """Return a text with a tenth of its words changed to others."""
    words = text.split(" ")
    for at in drawn.sample(range(len(words)), round(len(words) * CHANGED)):
        words[at] = _name(drawn).lower()
    return " ".join(words)


def _sentence(drawn: random.Random) -> str:
    text = drawn.choice(_SENTENCES)
    while "{" in text:
        before, _, rest = text.partition("{")
        slot, _, after = rest.partition("}")
        text = before + _fill(slot, drawn) + after
    return text[0].upper() + text[1:]


def _fill(slot: str, drawn: random.Random) -> str:
    if slot == "name":
        return f"{_name(drawn)} {_name(drawn)}"
    if slot == "place":
        return _name(drawn)
    if slot == "group":
        return f"{drawn.choice(_CHOICES['prefix'])} {_name(drawn)}"
    if slot == "number":
        return str(drawn.randrange(2, 9_000))
    return drawn.choice(_CHOICES[slot])


def _name(drawn: random.Random) -> str:
    return "".join(drawn.choices(_CHOICES["syllable"], k=drawn.randint(2, 4))).capitalize()
