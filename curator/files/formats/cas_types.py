"""The types of UIMA CAS that a version's layers, relations and attributes are written as."""

from typing import Any

from curator.domain.schema import LabelSchema

ENTITIES = "entities"
DOCUMENT = "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData"
NAMED_ENTITY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity"
RELATION, ATTRIBUTE, DOCUMENT_ATTRIBUTE, RECORD = "Relation", "Attribute", "DocumentAttribute", "Record"
_OWN = "webanno.custom."
"""The package of the layers that a project of INCEpTION has of its own."""

_ANNOTATION, _BASE, _DOCUMENT = "uima.tcas.Annotation", "uima.cas.AnnotationBase", "uima.tcas.DocumentAnnotation"
_FEATURES = {
    RELATION: (_ANNOTATION, ("label", "direction"), ("Governor", "Dependent")),
    ATTRIBUTE: (_ANNOTATION, ("name", "value"), ("target",)),
    DOCUMENT_ATTRIBUTE: (_BASE, ("name", "value"), ()),
    RECORD: (_BASE, ("meta", "provenance"), ()),
}


class CasTypes:
    """The type system of a version, and its types by what they are for."""

    def __init__(self, schema: LabelSchema) -> None:
        from cassis import TypeSystem

        self.system = TypeSystem()
        self._layers = _layer_types(schema)
        self._make(DOCUMENT, _DOCUMENT, ("documentTitle", "documentId", "collectionId"))
        for layer, name in self._layers.items():
            self._make(name, _ANNOTATION, (_feature(layer),))
        for name, (parent, texts, references) in _FEATURES.items():
            self._make(_OWN + name, parent, texts, references)

    def _make(self, name: str, parent: str, texts: tuple[str, ...], references: tuple[str, ...] = ()) -> None:
        made = self.system.create_type(name, parent)
        for feature in texts:
            self.system.create_feature(made, feature, "uima.cas.String")
        for feature in references:
            self.system.create_feature(made, feature, _ANNOTATION)

    def span(self, layer: str, start: int, end: int, label: str) -> Any:
        """Return an annotation of a layer."""
        return self._new(self._layers[layer], begin=start, end=end, **{_feature(layer): label})

    def document(self, **features: Any) -> Any:
        """Return what says which document it is."""
        return self._new(DOCUMENT, **features)

    def own(self, kind: str, /, **features: Any) -> Any:
        """Return a feature structure of one of our own types."""
        return self._new(_OWN + kind, **features)

    def _new(self, kind: str, /, **features: Any) -> Any:
        return self.system.get_type(kind)(**features)

    def description(self) -> bytes:
        """Return the type system as UIMA's XML."""
        xml: str = self.system.to_xml()
        return xml.encode()


def _layer_types(schema: LabelSchema) -> dict[str, str]:
    """Return the type of each layer: DKPro's own for the layer of entities, else one named as the layer is."""
    types: dict[str, str] = {}
    for layer in schema.layer_names:
        name = _OWN + layer[:1].upper() + layer[1:].replace("-", "_")
        while name in types.values() or name.removeprefix(_OWN) in _FEATURES:
            name += "_"
        types[layer] = NAMED_ENTITY if layer == ENTITIES else name
    return types


def _feature(layer: str) -> str:
    """Return the feature of an annotation that has its label."""
    return "value" if layer == ENTITIES else "label"
