"""What a CAS holds, as spans, relations and attributes."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from curator.domain.errors import InputRefused
from curator.domain.span import DIRECTIONS, DOCUMENT
from curator.files.formats import cas_types

_OWN = "webanno.custom."
_ANNOTATION, _STRING = "uima.tcas.Annotation", "uima.cas.String"
_FACTS = (cas_types.DOCUMENT, "uima.tcas.DocumentAnnotation")
_LABELS = ("value", "label")
_ENDS = ("Governor", "Dependent")
_BASE = frozenset({"begin", "end", "sofa", "direction", *_ENDS})
_UNSAID = "x-unspecified"
_GIVEN = ("uima.", "de.tudarmstadt.ukp.")
"""The packages of what tools make of any text: tokens, sentences, parts of speech."""
_MOST_TYPES = 10


class CasStructures:
    """The text of a CAS, its facts, and what is annotated in it.

    A span is a named entity of DKPro's, or is of a type of INCEpTION's own layers; its label is the feature `value` or
    `label`, or else the one text that it has. A relation is of such a type with a Governor and a Dependent. Other texts
    of a span are its attributes. `left_out` counts what is none of these, by the name of its type.
    """

    def __init__(self, cas: Any, types: Any, name: str) -> None:
        """Take what was read, its type system, and the name of the file, for errors."""
        self._cas = _annotated_view(cas, name)
        self._types = types
        self._name = name
        self._kinds: dict[str, str] = {}
        self._features: dict[str, tuple[str | None, tuple[str, ...]]] = {}
        self.text = str(self._cas.sofa_string)
        self.left_out: Counter[str] = Counter()
        self.meta: Mapping[str, Any] = {}
        self.provenance: Mapping[str, Any] = {}
        self.id = ""
        self.lang: str | None = None

    def body(self) -> dict[str, Any]:
        """Return the annotations; raises InputRefused where nothing of the file's types is one, naming those."""
        spans: list[dict[str, Any]] = []
        relations: list[dict[str, Any]] = []
        attributes: list[dict[str, Any]] = []
        others: Counter[str] = Counter()
        for structure in self._cas.select_all_fs():
            kind = self._kind(structure.type)
            if kind == "span":
                spans += self._span(structure, attributes)
            elif kind == "relation":
                relations += self._relation(structure)
            elif kind in (cas_types.ATTRIBUTE, cas_types.DOCUMENT_ATTRIBUTE):
                attributes.append(self._attribute(structure, is_of_document=kind == cas_types.DOCUMENT_ATTRIBUTE))
            elif kind == cas_types.RECORD:
                self.meta = self._object(structure, "meta")
                self.provenance = self._object(structure, "provenance")
            elif kind == "facts":
                self._take_facts(structure)
            elif kind == "other":
                others[structure.type.name] += 1
        if not any(self._kind(of) == "span" for of in self._types.get_types()) or (others and not spans):
            self._refuse(others)
        self.left_out.update(others)
        return {"spans": spans, "relations": relations, "attributes": attributes}

    def _refuse(self, others: Counter[str]) -> None:
        names = sorted(others) or sorted(of.name for of in self._types.get_types())
        shown = ", ".join(names[:_MOST_TYPES]) + (", …" if len(names) > _MOST_TYPES else "")
        remedy = f"give named entities of DKPro's or layers of INCEpTION's ({_OWN}*)"
        raise InputRefused(f"no type of labelled spans that is known; there are {shown or 'none'}", self._name, remedy)

    def _kind(self, kind: Any) -> str:
        """Say what the structures of a type are: span, relation, facts, one of our own types, given, or other."""
        if kind.name not in self._kinds:
            self._kinds[kind.name] = self._kind_anew(kind)
        return self._kinds[kind.name]

    def _kind_anew(self, kind: Any) -> str:
        name: str = kind.name
        features = {feature.name for feature in kind.all_features}
        if name in _FACTS:
            return "facts"
        if name.startswith(_OWN):
            own = name.removeprefix(_OWN)
            if (own == cas_types.ATTRIBUTE and {"target", "name", "value"} <= features) or (
                own == cas_types.DOCUMENT_ATTRIBUTE and {"name", "value"} <= features
            ):
                return own
            if own == cas_types.RECORD and {"meta", "provenance"} <= features:
                return own
        is_entity = self._types.is_instance_of(kind, cas_types.NAMED_ENTITY) if self._has_entities() else False
        if is_entity or (name.startswith(_OWN) and self._types.is_instance_of(kind, _ANNOTATION)):
            return "relation" if features.issuperset(_ENDS) else "span"
        return "given" if name.startswith(_GIVEN) else "other"

    def _has_entities(self) -> bool:
        return bool(self._types.contains_type(cas_types.NAMED_ENTITY))

    def _label(self, kind: Any) -> tuple[str | None, tuple[str, ...]]:
        """Return the feature that has the label, None where nothing says which, and the other ones that are texts."""
        if kind.name not in self._features:
            texts = [of.name for of in kind.all_features if of.name not in _BASE and self._is_text(of.rangeType)]
            known = [name for name in _LABELS if name in texts]
            label = known[0] if known else texts[0] if len(texts) == 1 else None
            self._features[kind.name] = label, tuple(name for name in texts if name != label)
        return self._features[kind.name]

    def _is_text(self, kind: Any) -> bool:
        return bool(self._types.is_instance_of(kind, _STRING))

    def _span(self, span: Any, attributes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        feature, others = self._label(span.type)
        own = span.type.name.removeprefix(_OWN)
        if feature is None and others:
            self.left_out[f"{span.type.name} of several texts"] += 1
            return
        # A layer without a text has its own name for a label, as an entity of a type of its own has.
        label = span[feature] if feature else own.rpartition(".")[2]
        is_entity = not span.type.name.startswith(_OWN)
        if is_entity and not label and span.type.name != cas_types.NAMED_ENTITY:
            label = own.rpartition(".")[2]
        layer = cas_types.ENTITIES if is_entity else own[:1].lower() + own[1:]
        yield {"id": span.xmiID, "layer": layer, "start": span.begin, "end": span.end, "label": label or ""}
        for name in others:
            if span[name]:
                attributes.append({"on": span.xmiID, "name": name, "value": span[name]})

    def _relation(self, relation: Any) -> Iterator[dict[str, Any]]:
        feature, _ = self._label(relation.type)
        head, child = (relation[end] for end in _ENDS)
        if feature is None or head is None or child is None:
            self.left_out[f"{relation.type.name} without a label or an end"] += 1
            return
        direction = relation["direction"] if self._has(relation, "direction") else None
        yield {
            "head": head.xmiID,
            "child": child.xmiID,
            "label": relation[feature] or "",
            "direction": direction or DIRECTIONS[0],
        }

    def _attribute(self, attribute: Any, *, is_of_document: bool) -> dict[str, Any]:
        on = DOCUMENT if is_of_document else getattr(attribute["target"], "xmiID", None)
        return {"on": on, "name": attribute["name"], "value": self._json(attribute, "value")}

    def _take_facts(self, facts: Any) -> None:
        if self._has(facts, "documentId") and facts["documentId"]:
            self.id = str(facts["documentId"])
        if self._has(facts, "language") and facts["language"] not in (None, "", _UNSAID):
            self.lang = str(facts["language"])

    def _has(self, structure: Any, feature: str) -> bool:
        return structure.type.get_feature(feature) is not None

    def _json(self, structure: Any, feature: str) -> Any:
        try:
            return json.loads(structure[feature])
        except (ValueError, TypeError, RecursionError):
            what = f"{feature!r} of a {structure.type.name} is no JSON"
            raise InputRefused(what, self._name, "write the file again") from None

    def _object(self, structure: Any, feature: str) -> Mapping[str, Any]:
        value = self._json(structure, feature)
        if not isinstance(value, dict):
            what = f"{feature!r} of a {structure.type.name} is no JSON object"
            raise InputRefused(what, self._name, "write the file again")
        return value


def _annotated_view(cas: Any, name: str) -> Any:
    """Return the first view that has a text, as the first one is what tools annotate."""
    views: Sequence[Any] = [cas.get_view(view.sofa.sofaID) for view in cas.views]
    view = next((view for view in views if view.sofa_string), None)
    if view is None:
        raise InputRefused("CAS has no text", name, "write it with its document text")
    return view
