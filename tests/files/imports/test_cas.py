"""CAS XMI of type systems as DKPro and INCEpTION have them, written by dkpro-cassis."""

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cassis import Cas, TypeSystem

from curator.domain.canonical import document_id
from curator.steps.ports.documents import Refused
from curator.steps.ports.imports import ImportedDocument
from tests.files.formats.hard_case import RECORDS, written
from tests.files.imports.as_imported import content, documents, labelled, put, read, refusal

TEXT = "👩‍👧 Zoé attaque\nParis 𝒳."
ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
ANNOTATION, STRING = "uima.tcas.Annotation", "uima.cas.String"
Place = Callable[..., None]


def types(**layers: Mapping[str, str]) -> TypeSystem:
    """Return a type system with DKPro's named entities, and layers with the ranges of their features."""
    system = TypeSystem()
    features = {ENTITY: {"value": STRING, "identifier": STRING}}
    features["de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token"] = {"order": "uima.cas.Integer"}
    features |= {f"webanno.custom.{name}": dict(of) for name, of in layers.items()}
    for name, of in features.items():
        made = system.create_type(name, ANNOTATION)
        for feature, kind in of.items():
            system.create_feature(made, feature, kind)
    return system


class Written:
    """A CAS that is being written."""

    def __init__(self, system: TypeSystem) -> None:
        self.system = system
        self.cas = Cas(system, sofa_string=TEXT, sofa_mime="text/plain")

    def span(self, kind: str, words: str, /, **features: Any) -> Any:
        at = TEXT.index(words)
        made = self.system.get_type(kind)(begin=at, end=at + len(words), **features)
        self.cas.add(made)
        return made

    def files(self, name: str = "a.xmi") -> dict[str, str]:
        return {name: self.cas.to_xmi(), "TypeSystem.xml": self.system.to_xml()}


def test_named_entities_and_layers_of_inception_in_code_points(tmp_path: Path) -> None:
    ends = {"Governor": ANNOTATION, "Dependent": ANNOTATION}
    cas = Written(types(Events={"kind": STRING}, Lien={**ends, "role": STRING}))
    cas.span("de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token", "Zoé")
    zoe = cas.span(ENTITY, "Zoé", value="PER", identifier="Q1")
    cas.span(ENTITY, "Paris", value="GPE")
    attack = cas.span("webanno.custom.Events", "attaque\nParis", kind="ATTACK")
    cas.span("webanno.custom.Lien", "Zoé", Governor=attack, Dependent=zoe, role="agent")
    put(tmp_path, cas.files("dev/a.xmi"))
    (document,) = documents("", tmp_path)
    held = content(document)
    assert sorted(labelled(document)) == [
        ("entities", "Paris", "GPE"),
        ("entities", "Zoé", "PER"),
        ("events", "attaque\nParis", "ATTACK"),
    ]
    (relation,) = held.relations
    (attribute,) = held.attributes
    assert (relation.label, relation.head.partition(":")[0], relation.direction) == ("agent", "events", "right")
    assert (attribute.on, attribute.name, attribute.value) == (relation.child, "identifier", "Q1")
    assert document.left_out == {}
    assert (document.split, document.text) == ("dev", TEXT)


def test_offsets_in_the_file_are_utf_16(tmp_path: Path) -> None:
    cas = Written(types())
    cas.span(ENTITY, "𝒳", value="GPE")
    files = cas.files()
    at = len(TEXT[: TEXT.index("𝒳")].encode("utf-16-le")) // 2
    assert f'begin="{at}" end="{at + 2}"' in files["a.xmi"]
    (document,) = documents("", put(tmp_path, files))
    assert labelled(document) == [("entities", "𝒳", "GPE")]


def test_a_layer_without_texts_is_its_own_label_and_one_of_several_is_left_out(tmp_path: Path) -> None:
    cas = Written(types(GPE={"sûr": "uima.cas.Boolean"}, Flou={"un": STRING, "deux": STRING}))
    cas.span("webanno.custom.GPE", "Paris")
    cas.span("webanno.custom.Flou", "Zoé", un="a", deux="b")
    (document,) = documents("", put(tmp_path, cas.files()))
    assert labelled(document) == [("entities", "Paris", "GPE")]
    assert document.left_out == {"webanno.custom.Flou of several texts": 1}


def test_a_span_without_a_label_is_quarantined(tmp_path: Path) -> None:
    cas = Written(types())
    cas.span(ENTITY, "Paris")
    (document,) = documents("", put(tmp_path, cas.files()))
    assert [problem.cause for problem in content(document).problems] == ["unknown-label"]


def test_a_document_of_known_types_may_have_no_span(tmp_path: Path) -> None:
    (document,) = documents("", put(tmp_path, Written(types()).files()))
    assert labelled(document) == []


def test_a_cas_of_another_type_system_is_refused_with_its_types(tmp_path: Path) -> None:
    system = TypeSystem()
    for name in ("org.exemple.Lieu", "org.exemple.Personne"):
        system.create_type(name, ANNOTATION)
    cas = Written(system)
    cas.span("org.exemple.Lieu", "Paris")
    told = refusal("", put(tmp_path, cas.files()))
    assert told.startswith("no type of labelled spans that is known; there are org.exemple.Lieu")
    assert f"{tmp_path}/a.xmi" in told
    both = types()
    both.create_type("org.exemple.Lieu", ANNOTATION)
    cas = Written(both)
    cas.span("org.exemple.Lieu", "Paris")
    assert "there are org.exemple.Lieu" in refusal("", put(tmp_path, cas.files()))
    cas.span(ENTITY, "Paris", value="GPE")
    (document,) = documents("", put(tmp_path, cas.files()))
    assert document.left_out == {"org.exemple.Lieu": 1}


def test_an_archive_has_a_type_system_for_each_document(tmp_path: Path) -> None:
    first, second = Written(types()), Written(types(Events={"label": STRING}))
    first.span(ENTITY, "Paris", value="GPE")
    second.span("webanno.custom.Events", "attaque", label="ATTACK")
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for name, cas in (("un", first), ("deux", second)):
            for file, text in cas.files().items():
                archive.writestr(f"{name}/{file}", text)
    one, other = documents("", tmp_path / "export.zip")
    assert labelled(one) == [("events", "attaque", "ATTACK")]
    assert labelled(other) == [("entities", "Paris", "GPE")]
    assert one.name == f"{tmp_path}/export.zip/deux/a.xmi"


def test_one_file_alone_finds_the_type_system_beside_it(tmp_path: Path) -> None:
    cas = Written(types())
    cas.span(ENTITY, "Paris", value="GPE")
    (document,) = documents("", put(tmp_path, cas.files()) / "a.xmi")
    assert labelled(document) == [("entities", "Paris", "GPE")]


def test_without_a_type_system_it_is_named(tmp_path: Path) -> None:
    put(tmp_path, {"a.xmi": Written(types()).files()["a.xmi"]})
    assert refusal("", tmp_path) == f"no type system beside it ({tmp_path}/a.xmi): put TypeSystem.xml there"


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(9))
OUTER = '<!DOCTYPE x SYSTEM "file:///etc/hostname">'


@pytest.mark.parametrize("file", ["a.xmi", "TypeSystem.xml"])
@pytest.mark.parametrize("declared", [f"<!DOCTYPE x [{LAUGHS}]>", OUTER, "<!DOCTYPE x>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_before_its_entities_are_read(
    tmp_path: Path, file: str, declared: str, encoding: str
) -> None:
    files = Written(types()).files()
    body = files[file].partition("?>")[2]
    hostile = f'<?xml version="1.0" encoding="{encoding}"?>\n{declared}{body.replace("Zo", "&l8;")}'
    told = refusal("", put(tmp_path, {**files, file: hostile.encode(encoding)}))
    assert told.startswith("XML declares a document type")
    assert f"{tmp_path}/{file}:2" in told


def changed(before: str, after: str) -> Callable[[str], bytes]:
    def change(text: str) -> bytes:
        assert before in text
        return text.replace(before, after).encode()

    return change


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda text: text[: len(text) // 2].encode(), "not XML: "),
        (lambda text: b"", "not XML: no element found"),
        (lambda text: text.encode("latin-1", "replace").replace(b"Zo?", b"Zo\xe9"), "not XML: "),
        (lambda text: text.replace("UTF-8", "UTF-7").encode(), "not XML: "),
        (changed('end="', 'end="9'), "CAS cannot be read: UserWarning: Not mapping external offset"),
        (changed('begin="', 'begin="x'), "CAS cannot be read: ValueError"),
        (changed("NamedEntity", "Autre"), "CAS cannot be read: "),
        (changed("sofaString", "sofaText"), "CAS cannot be read: "),
        (lambda text: b"<a/>", "CAS "),
    ],
)
def test_what_is_no_cas_is_refused(tmp_path: Path, change: Callable[[str], bytes], what: str) -> None:
    cas = Written(types())
    cas.span(ENTITY, "Paris", value="GPE")
    files = cas.files()
    told = refusal("", put(tmp_path, {**files, "a.xmi": change(files["a.xmi"])}))
    assert told.startswith(what)
    assert f"{tmp_path}/a.xmi" in told


def test_an_offset_within_a_character_is_refused(tmp_path: Path) -> None:
    cas = Written(types())
    cas.span(ENTITY, "👩", value="PER")
    files = cas.files()
    broken = files["a.xmi"].replace('begin="0" end="2"', 'begin="0" end="1"')
    assert broken != files["a.xmi"]
    assert "Not mapping external offset [1]" in refusal("", put(tmp_path, {**files, "a.xmi": broken}))


@pytest.mark.parametrize("feature", ["meta", "provenance"])
def test_facts_that_are_no_json_are_refused(tmp_path: Path, feature: str) -> None:
    _, files, _ = written("cas")
    name = next(name for name in files if "elisions" in name)
    text = files[name].decode()
    start = text.index(f'{feature}="') + len(feature) + 2
    put(tmp_path, {"TypeSystem.xml": files["TypeSystem.xml"], name: f"{text[:start]}x{text[start:]}"})
    assert refusal("", tmp_path).startswith(f"'{feature}' of a webanno.custom.Record is no JSON")


@pytest.mark.parametrize("ledger", ["whole", "none", "broken", "of other characters"])
def test_characters_that_xml_does_not_hold_come_back_from_the_ledger(tmp_path: Path, ledger: str) -> None:
    import json

    (record,) = (record for record in RECORDS["train"] if record.id == "controls")
    name = document_id(record.text)
    _, files, losses = written(
        "cas", {"train": (type(record)(name, record.text, "fr", record.spans),), "dev": (), "test": ()}
    )
    values = [loss.value() for loss in losses]
    for value in values if ledger == "of other characters" else ():
        value["item"]["character"] = "?"
    text = json.dumps({"losses": values}) if ledger != "broken" else "{"
    put(tmp_path, {**files, **({} if ledger == "none" else {"LOSSES.json": text})})
    (document,) = documents("", tmp_path)
    assert (document.text == record.text) is (ledger == "whole")
    assert len(document.text) == len(record.text)
    assert len(labelled(document)) == 2


def test_one_document_that_is_refused_does_not_stop_the_others(tmp_path: Path) -> None:
    files = Written(types()).files()
    items = read("", put(tmp_path, {**files, "b.xmi": "<", "c.xmi": files["a.xmi"]}))
    assert [type(item) for item in items] == [ImportedDocument, Refused, ImportedDocument]
