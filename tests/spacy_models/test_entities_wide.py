"""Classes of names beyond the plain ones: sites, lists, acronyms, short forms, units, models, dates with their hour."""

import sys

import pytest

from curator.spacy_models.annotator import SpacyPipeline
from curator.spacy_models.french.acronyms import spells
from curator.spacy_models.french.scan import caseless, lowered
from tests.spacy_models.conftest import Finder

LabelledWords = list[tuple[str, str]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Le golfe d'Oman et la mer de Java.", [("LOC", "golfe d'Oman"), ("LOC", "mer de Java")]),
        ("Un pêcheur de Lampedusa.", [("LOC", "Lampedusa")]),
        ("Il marche place Varenko.", [("LOC", "place Varenko")]),
        ("La place de la France en Europe.", [("GPE", "France"), ("LOC", "Europe")]),
        ("Le quartier de Tarvenol brûle.", [("LOC", "Tarvenol")]),
        ("Il fuit vers Tarvenol et Osmirek.", [("GPE", "Tarvenol"), ("GPE", "Osmirek")]),
        ("Le village de Tarvenol est vide. Tarvenol brûle.", [("GPE", "Tarvenol"), ("GPE", "Tarvenol")]),
        ("Ils vivent à Karm al-Dounia.", [("GPE", "Karm al-Dounia")]),
        ("Les deux Corées : le Sud propose.", [("GPE", "Corées"), ("GPE", "Sud")]),
        ("Iran-Turquie : la visite est reportée.", [("GPE", "Iran"), ("GPE", "Turquie")]),
        ("Côte d'Ivoire-Mali: le pont rouvre.", [("GPE", "Côte d'Ivoire"), ("GPE", "Mali")]),
        ("La réunion est finie, La Réunion attend.", [("GPE", "La Réunion")]),
        ("Le hameau est au bord de la Velmira.", [("LOC", "Velmira")]),
        ("Ils ont traversé le Tolmar à la nage.", [("LOC", "Tolmar")]),
        ("Le Kurdistan irakien vote.", [("GPE", "Kurdistan"), ("NORP", "irakien")]),
        ("La frontière libyenne est fermée.", [("NORP", "libyenne")]),
        ("Les chefs chypriotes-grecs sont là.", [("NORP", "chypriotes-grecs")]),
        ("La police antiterroriste enquête.", [("FORCE", "police antiterroriste")]),
        ("Le ministère des Situations d'urgence.", [("ORG", "ministère des Situations d'urgence")]),
        ("Le conseil régional de Lorraine vote.", [("ORG", "conseil régional de Lorraine")]),
        ("Pas de nouvelles à ce jour.", []),
        ("Il partira à la fin du mois de mars.", [("DATE", "fin du mois de mars")]),
    ],
)
def test_places(entities: Finder, text: str, expected: LabelledWords) -> None:
    assert entities(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Le Conseil des sages du plateau (CSP) vote.", [("ORG", "Conseil des sages du plateau"), ("ORG", "CSP")]),
        ("Le Front noir des collines (FCN) recule.", [("ORG", "Front noir des collines"), ("ORG", "FCN")]),
        ("La LTV (Ligue des tisserands du val) vote.", [("ORG", "LTV"), ("ORG", "Ligue des tisserands du val")]),
        ("Des missiles sol-air tactiques (MSAT).", [("WEAPON", "missiles sol-air tactiques"), ("WEAPON", "MSAT")]),
        ("Puis le Conseil se tait.", [("ORG", "Conseil")]),
        ("L'ambassade de Norvège ferme.", [("ORG", "ambassade de Norvège")]),
        ("Le ministère des Ponts et chaussées paie.", [("ORG", "ministère des Ponts")]),
        ("La milice Varko Denn avance.", [("ORG", "Varko Denn")]),
        ("Le Parti du travail de Paul Varembon gagne.", [("ORG", "Parti du travail"), ("PER", "Paul Varembon")]),
    ],
)  # fmt: skip
def test_organisations(entities: Finder, text: str, expected: LabelledWords) -> None:
    assert entities(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Le départ d'Emmanuel Varembon.", [("PER", "Emmanuel Varembon")]),
        ("Le porte-parole du Kremlin Igor Vassine parle.", [("ORG", "Kremlin"), ("PER", "Igor Vassine")]),
        ("Le Belge Paul Varembon gagne.", [("NORP", "Belge"), ("PER", "Paul Varembon")]),
        ("Il voit le pétrolier Zelna Ruvik.", []),
    ],
)
def test_people(entities: Finder, text: str, expected: LabelledWords) -> None:
    assert set(expected) <= set(entities(text))
    assert ("PER", "Zelna Ruvik") not in entities(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Il perd deux de ses soldats.", [("FORCE", "deux de ses soldats")]),
        ("Il voit les soldats de la paix.", [("FORCE", "soldats de la paix")]),
        ("La 12e brigade mécanisée avance.", [("ORG", "12e brigade mécanisée")]),
        ("Des bases militaires.", []),
        ("Il voit le porte-avions Émile-Varembon.", [("WEAPON", "porte-avions Émile-Varembon")]),
        ("Il livre trois F-16.", [("WEAPON", "trois F-16")]),
        ("Il livre 300 tonnes de munitions.", [("WEAPON", "300 tonnes de munitions")]),
        ("Il voit huit navires chinois.", [("WEAPON", "huit navires chinois")]),
        ("Il voit un camion bourré d'explosifs.", [("WEAPON", "camion bourré d'explosifs")]),
        ("Il part en hélicoptère.", []),
    ],
)
def test_forces_and_weapons(entities: Finder, text: str, expected: LabelledWords) -> None:
    assert entities(text) == expected


@pytest.mark.parametrize(
    "date",
    [
        "samedi à l'aube",
        "mardi vers 3 heures du matin",
        "4 juin 2014, 08h15 (heure de Paris)",
        "lundi dernier au soir",
        "mars-avril 2012",
        "treize mois plus tôt",
        "ramadan",
        "même jour",
        "9 nov 2021",
    ],
)
def test_dates(entities: Finder, date: str) -> None:
    assert entities(f"Une chose le {date}.") == [("DATE", date)]


def test_letters_of_an_acronym_come_from_all_words_that_count() -> None:
    assert spells("FAMa", ["Forces", "armées", "maliennes"])
    assert spells("Cedeao", ["Communauté", "économique", "des", "États", "de", "l", "Afrique", "de", "l", "Ouest"])
    assert not spells("ABC", ["Armée", "du", "Nord"])


def test_lowering_keeps_offsets() -> None:
    assert len(lowered("İstanbul")) == len("İstanbul")
    assert caseless(r"\Sam(?P<Name>[A-Z])") == r"\Sam(?P<Name>[a-z])"


@pytest.mark.parametrize("unit", ["a", "A", "Mot ", "MOT ", "Mot, "])
def test_the_work_grows_as_the_text_does(pipeline: SpacyPipeline, unit: str) -> None:
    half, whole = (calls(pipeline, unit * (size // len(unit))) for size in (30_000, 60_000))
    assert whole < 2.2 * half


def calls(pipeline: SpacyPipeline, text: str) -> int:
    """Return how many functions are called to annotate a text."""
    count = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        list(pipeline.annotate([text]))
    finally:
        sys.setprofile(None)
    return count
