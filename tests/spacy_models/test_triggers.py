import json
from pathlib import Path

import pytest
from spacy.vocab import Vocab

from curator.domain.errors import CuratorError
from curator.spacy_models.french.resolve import Resolver
from curator.spacy_models.french.tokenizer import FrenchTokenizer
from curator.spacy_models.french.triggers import Triggers
from tests.spacy_models.conftest import Finder


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Le pays va déployer ses avions.", [("DEPLOYMENT", "déployer")]),
        ("Le retrait commence.", [("DEPLOYMENT", "retrait")]),
        ("Ils ont bombardé la gare.", [("ATTACK", "bombardé")]),
        ("Une offensive, puis des combats.", [("ATTACK", "offensive"), ("ATTACK", "combats")]),
        ("Trois villageoises ont été tuées.", [("CASUALTY", "tuées")]),
        ("On compte neuf morts.", [("CASUALTY", "morts")]),
        ("La trêve est violée.", [("CEASEFIRE", "trêve"), ("CEASEFIRE", "violée")]),
        ("Un cessez-le-feu tient.", [("CEASEFIRE", "cessez-le-feu")]),
        ("Les négociations reprennent.", [("MEETING", "négociations")]),
        ("Une conversation téléphonique a eu lieu.", [("CALL", "conversation téléphonique")]),
        ("Il s'est entretenu avec son voisin.", [("CALL", "entretenu")]),
        ("« Assez », a-t-il déclaré.", [("STATEMENT", "déclaré")]),
        ("Il met en garde ses voisins.", [("STATEMENT", "met en garde")]),
        ("Elle a appelé les parties à cesser.", [("DEMAND", "appelé")]),
        ("Elle exhorte le voisin.", [("DEMAND", "exhorte")]),
        ("Il s'est engagé, ils ont convenu de tout.", [("AGREEMENT", "engagé"), ("AGREEMENT", "convenu")]),
        ("Ils se sont mis d’accord.", [("AGREEMENT", "mis d’accord")]),
        ("Le roi a rejeté cela.", [("REJECTION", "rejeté")]),
        ("Deux otages attendent.", [("DETENTION", "otages")]),
        ("Elles ont été libérées.", [("RELEASE", "libérées")]),
        ("Des familles ont fui.", [("DISPLACEMENT", "fui")]),
        ("L'aide humanitaire arrive.", [("AID", "aide humanitaire")]),
    ],
)
def test_each_label_has_its_triggers(events: Finder, text: str, expected: list[tuple[str, str]]) -> None:
    assert events(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "La presse attend.",
        "Un livre sur la table.",
        "Le bateau est au point mort.",
        "On l'appelle le vieux.",
        "Un coup d'État peut-être.",
        "Selon le maire, tout va bien.",
    ],
)
def test_what_looks_like_a_trigger(events: Finder, text: str) -> None:
    assert events(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mille soldats gabonais ont débarqué hier.", [("DEPLOYMENT", "débarqué")]),
        ("Les touristes ont débarqué hier.", []),
        ("Le bataillon a quitté la plaine.", [("DEPLOYMENT", "quitté")]),
        ("Les habitants ont quitté leurs maisons.", [("DISPLACEMENT", "quitté")]),
        ("Oslo maintient 200 hommes sur l'île.", [("DEPLOYMENT", "maintient")]),
        ("Oslo envoie une invitation.", []),
        ("Oslo envoie trois frégates.", [("DEPLOYMENT", "envoie")]),
        ("Oslo envoie 12 tonnes de farine.", [("AID", "envoie")]),
        ("Les rebelles ont investi la gare du village.", [("ATTACK", "investi")]),
        ("Ils ont investi dans le blé.", []),
        ("Un obus est tombé sur l'école.", [("ATTACK", "tombé")]),
        ("La neige est tombée sur l'école.", []),
        ("On a trouvé six corps calcinés.", [("CASUALTY", "corps")]),
        ("Le corps diplomatique attend.", []),
        ("Le captif a été remis à la Croix-Rouge.", [("DETENTION", "captif"), ("RELEASE", "remis")]),
        ("Le prix a été remis à la chorale.", []),
        ("Berne débloque 3 millions de francs.", [("AID", "débloque")]),
        ("Berne débloque la route.", []),
        ("Des instructeurs forment les bataillons.", [("AID", "forment")]),
        ("Ils forment un gouvernement.", []),
        ("Il veut prévenir tout débordement.", []),
        ("Il assure la relève du facteur.", []),
    ],
)
def test_the_sentence_decides(events: Finder, text: str, expected: list[tuple[str, str]]) -> None:
    assert events(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ils ont pris la fuite.", [("DISPLACEMENT", "pris la fuite")]),
        ("Ils prendront la fuite.", [("DISPLACEMENT", "prendront la fuite")]),
        ("Des échanges de tirs nourris.", [("ATTACK", "échanges de tirs")]),
        ("Elle est assignée à résidence.", [("DETENTION", "assignée à résidence")]),
        ("Elles ont trouvé refuge ici.", [("DISPLACEMENT", "trouvé refuge")]),
        ("La milice va prendre les armes.", [("ATTACK", "prendre les armes")]),
        ("Ils ont cessé le feu.", [("CEASEFIRE", "cessé le feu")]),
    ],
)
def test_fixed_phrases_in_all_their_forms(events: Finder, text: str, expected: list[tuple[str, str]]) -> None:
    assert events(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("« On verra », rouspète le maire.", [("STATEMENT", "rouspète")]),
        ("« On verra », avait rouspété le maire.", [("STATEMENT", "rouspété")]),
        ("« On verra, rouspète-t-il, demain. »", [("STATEMENT", "rouspète")]),
        ("« On verra », a-t-elle ensuite rouspété.", [("STATEMENT", "rouspété")]),
        ("Le plan « Aurore », abandonné par le maire.", []),
        ("Le plan « Aurore », est le sien.", []),
    ],
)
def test_verbs_that_report_a_quotation(events: Finder, text: str, expected: list[tuple[str, str]]) -> None:
    assert events(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Personne ne les chasse.", [("DISPLACEMENT", "chasse")]),
        ("Il part sans parapher le texte.", [("AGREEMENT", "parapher")]),
        ("Les accusés sortent ; l'accusé parle.", []),
        ("La police a arreté le suspect.", [("DETENTION", "arreté")]),
        ("Elle parapha le texte.", [("AGREEMENT", "parapha")]),
        ("Les negociations et les refugies.", [("MEETING", "negociations"), ("DISPLACEMENT", "refugies")]),
        ("LES NEGOCIATIONS AVANCENT.", [("MEETING", "NEGOCIATIONS")]),
        ("Un de\u0301ploiement en mer.", [("DEPLOYMENT", "de\u0301ploiement")]),
    ],
)
def test_verb_or_noun(events: Finder, text: str, expected: list[tuple[str, str]]) -> None:
    assert events(text) == expected


def test_the_first_fitting_entry_wins(tmp_path: Path) -> None:
    entries = [
        {"label": "NONE", "lemmas": ["appel"], "before": "cour d'"},
        {"label": "CALL", "lemmas": ["appel"], "after": " à un ami", "score": 0.6, "rule": "call"},
        {"label": "DEMAND", "lemmas": ["appel"], "score": 0.5, "rule": "demand"},
    ]
    (tmp_path / "triggers.jsonl").write_text("\n".join(json.dumps(entry) for entry in entries), encoding="utf-8")
    component = Triggers(str(tmp_path))
    nlp = FrenchTokenizer(Vocab())

    def labels(text: str) -> list[str]:
        doc = Resolver()(component(nlp(text)))
        return [span.label_ for span in doc.spans["events"]]

    assert labels("un appel") == ["DEMAND"]
    assert labels("un appel à un ami") == ["CALL"]
    assert labels("la cour d'appel") == []


def test_a_named_expression_serves_later_entries(tmp_path: Path) -> None:
    entries = [
        {"label": "LET", "name": "crew", "is": "rameurs?|barreur"},
        {"label": "DEPLOYMENT", "lemmas": ["partir"], "near": "<crew>", "unless_near": "train"},
        {"label": "MEETING", "lemmas": ["partir"], "around": "<crew>", "unless_around": "train"},
    ]
    (tmp_path / "triggers.jsonl").write_text("\n".join(json.dumps(entry) for entry in entries), encoding="utf-8")
    component = Triggers(str(tmp_path))
    nlp = FrenchTokenizer(Vocab())

    def labels(text: str) -> list[str]:
        doc = Resolver()(component(nlp(text)))
        return [span.label_ for span in doc.spans["events"]]

    assert labels("Le barreur va partir.") == ["DEPLOYMENT"]
    assert labels("Le barreur est là. Il va partir.") == ["MEETING"]
    assert labels("Le train du barreur va partir.") == []
    assert labels("Il va partir.") == []


def test_a_broken_expression_is_reported(tmp_path: Path) -> None:
    (tmp_path / "triggers.jsonl").write_text('{"label": "CALL", "pattern": "("}', encoding="utf-8")
    with pytest.raises(CuratorError, match="no regular expression"):
        Triggers(str(tmp_path))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Le ministre a de nouveau accusé son voisin.", [("STATEMENT", "accusé")]),
        ("Un chiffre que ces derniers contestent.", [("REJECTION", "contestent")]),
        ("Des Touaregs ont afflué en Algérie.", [("DISPLACEMENT", "afflué")]),
        ("Il marche pour échapper aux combats.", [("DISPLACEMENT", "échapper"), ("ATTACK", "combats")]),
        ("Une salve de douze roquettes a manqué la gare.", [("ATTACK", "salve")]),
        ("La gare a été touchée par des obus.", [("ATTACK", "touchée")]),
        ("Le pays retirera d'ici à la fin du mois deux frégates.", [("DEPLOYMENT", "retirera")]),
        ("Deux otages sont encore aux mains de pirates.", [("DETENTION", "otages"), ("DETENTION", "aux mains")]),
        ("La province a voté le budget.", [("AGREEMENT", "voté")]),
        ("Un texte exigeant des excuses.", [("DEMAND", "exigeant")]),
        ("Une offre que le roi a poliment écartée.", [("REJECTION", "écartée")]),
        ("Aux dires du maire, la longue attente pèse.", []),
        ("Des vedettes rapides et équipées de radars.", []),
        ("La mesure répond à la nécessité de bâtir.", []),
        ("A lire aussi : Otages, la guerre sans fin", []),
    ],
)
def test_kin_and_turns_of_phrase(events: Finder, text: str, expected: list[tuple[str, str]]) -> None:
    assert events(text) == expected
