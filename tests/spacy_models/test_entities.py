import pytest

from tests.spacy_models.conftest import Finder


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Elle vit en Libye.", [("GPE", "Libye")]),
        ("Les Etats-Unis et les États\u2011Unis.", [("GPE", "Etats-Unis"), ("GPE", "États\u2011Unis")]),
        ("Un train part de Bordeaux pour Bilbao.", [("GPE", "Bordeaux"), ("GPE", "Bilbao")]),
        ("Le Sahel et la mer Noire.", [("LOC", "Sahel"), ("LOC", "mer Noire")]),
        ("Ils campent près du lac Balkhach.", [("LOC", "lac Balkhach")]),
        ("Le village de Tarvenol est vide.", [("GPE", "Tarvenol")]),
    ],
)
def test_places(entities: Finder, text: str, expected: list[tuple[str, str]]) -> None:
    assert entities(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Un diplomate turc.", [("NORP", "turc")]),
        ("Deux villages maliennes et les Maliens.", [("NORP", "maliennes"), ("NORP", "Maliens")]),
        ("Le dialogue franco-allemand.", [("NORP", "franco-allemand")]),
        ("La milice chiite.", [("NORP", "chiite")]),
        ("Il parle turc.", []),
        ("Il répond en russe.", []),
    ],
)
def test_peoples(entities: Finder, text: str, expected: list[tuple[str, str]]) -> None:
    assert entities(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("La ministre Lucette Varembon parle.", [("PER", "Lucette Varembon")]),
        ("M. Varembon parle.", [("PER", "Varembon")]),
        (
            "Jean-Paul de la Bruyère est venu. Bruyère est parti.",
            [("PER", "Jean-Paul de la Bruyère"), ("PER", "Bruyère")],
        ),
        ("Le colonel Idir al-Tamrani parle.", [("PER", "Idir al-Tamrani")]),
        ("Sofia Delmarre, porte-parole. Plus tard, Delmarre sourit.", [("PER", "Sofia Delmarre"), ("PER", "Delmarre")]),
        ("Son chef, dit « Le Hibou », se cache.", [("PER", "Le Hibou")]),
        ("Pourtant le marché reste ouvert.", []),
    ],
)
def test_people(entities: Finder, text: str, expected: list[tuple[str, str]]) -> None:
    assert entities(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Le ministère de la Défense.", [("ORG", "ministère de la Défense")]),
        ("Le ministère grec des Affaires étrangères.", [("ORG", "ministère grec des Affaires étrangères")]),
        ("Le Front populaire de salut (FPS) recule. Le FPS nie.", [
            ("ORG", "Front populaire de salut"),
            ("ORG", "FPS"),
            ("ORG", "FPS"),
        ]),
        ("L'armée grecque attend.", [("ORG", "armée grecque")]),
        ("L’ONU et l'Otan.", [("ORG", "ONU"), ("ORG", "Otan")]),
        ("LA VILLE EST CALME CE SOIR", [("DATE", "CE SOIR")]),
    ],
)  # fmt: skip
def test_organisations(entities: Finder, text: str, expected: list[tuple[str, str]]) -> None:
    assert entities(text) == expected


@pytest.mark.parametrize(
    "date",
    [
        "mardi",
        "mardi soir",
        "3 mai 2011",
        "1er juin",
        "3 et 5 mai",
        "jeudi 4 juillet",
        "02/03/2015 10:15",
        "4 juin 2014, 08h15",
        "4 juin 2014 à 18h30 GMT",
        "semaine dernière",
        "début de la semaine prochaine",
        "nuit de lundi à mardi",
        "hier",
        "aujourd’hui",
        "fin mars",
        "décembre 2014",
        "trois jours plus tôt",
    ],
)
def test_dates(entities: Finder, date: str) -> None:
    assert entities(f"Une chose le {date}.") == [("DATE", date)]


def test_what_is_no_date(entities: Finder) -> None:
    assert entities("Pendant trois jours, à 18h30, récemment, un homme de 45 ans, et 2000 habitants.") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Il promet 200 soldats tchadiens.", [("FORCE", "200 soldats tchadiens")]),
        ("Il promet 10\u202f000 soldats.", [("FORCE", "10\u202f000 soldats")]),
        ("Il promet près de 300 gendarmes.", [("FORCE", "près de 300 gendarmes")]),
        ("Il promet une trentaine de policiers.", [("FORCE", "trentaine de policiers")]),
        ("Il promet des forces spéciales.", [("FORCE", "forces spéciales")]),
        ("Il voit les forces du régime.", [("FORCE", "forces")]),
        ("Il voit un soldat.", []),
        ("Il a vu deux hélicoptères Tigre.", [("WEAPON", "deux hélicoptères Tigre")]),
        ("Il a vu des obus de mortier.", [("WEAPON", "obus de mortier")]),
        ("Il a vu des canons de 105 mm.", [("WEAPON", "canons de 105 mm")]),
        ("Il a vu une vingtaine de roquettes.", [("WEAPON", "vingtaine de roquettes")]),
        ("Il a vu un véhicule piégé.", [("WEAPON", "véhicule piégé")]),
    ],
)
def test_forces_and_weapons(entities: Finder, text: str, expected: list[tuple[str, str]]) -> None:
    assert entities(text) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Lire aussi : à Berlin, la chancelière parle mardi",
        "Partager sur Facebook",
        "Facebook  Twitter  Envoyer  Imprimer",
        "Monde / Afrique / Mali",
        "A man walks past the ruins of a school in Berlin, May 3, 2019. Clara Menton/AFP",
    ],
)
def test_navigation_and_captions_are_silent(entities: Finder, events: Finder, line: str) -> None:
    text = f"{line}\nLe roi parle à Rome."
    assert entities(text) == [("GPE", "Rome")]
    assert all(covered not in line for _, covered in events(text))
