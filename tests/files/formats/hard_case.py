"""A small version that holds all that is hard to write: every format is to write it, or say what it left out."""

from collections.abc import Iterator, Mapping

from curator.bootstrap.formats import formats
from curator.domain.document import SPLITS
from curator.domain.loss import Loss
from curator.domain.record import Provenance, Record
from curator.domain.schema import LabelSchema, schema_from_value
from curator.domain.span import Attribute, Relation, Span, span_order
from curator.steps.ports.formats import Format, VersionContent
from tests.fakes.parts import SCHEMA_VALUE

SCHEMA: LabelSchema = schema_from_value(
    {
        **SCHEMA_VALUE,
        "layers": [
            *SCHEMA_VALUE["layers"],
            # A label that two layers have.
            {"name": "claims", "labels": [{"name": "ATTACK", "colour": "#0d47a1", "hotkey": "q"}]},
        ],
    },
    "the hard case",
)


class MemoryFolder:
    """Implements `FormatFolder` in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def append(self, file: str, block: bytes) -> None:
        self.files[file] = self.files.get(file, b"") + block

    def write(self, file: str, content: bytes) -> None:
        assert file not in self.files
        self.files[file] = content


def _record(name: str, text: str, *spans: tuple[str, str, str], **rest: object) -> Record:
    """Return a record whose spans are given as layer, covered text and label, each where that text first stands."""
    found = [Span(layer, text.index(part), text.index(part) + len(part), label) for layer, part, label in spans]
    layers = {
        layer: tuple(sorted((span for span in found if span.layer == layer), key=span_order))
        for layer in SCHEMA.layer_names
    }
    return Record(name, text, "fr", layers, **rest)  # type: ignore[arg-type]


_TEXTS = {
    "elisions": "L'ONU s'inquiète. Aujourd’hui, l’armée qu’on croyait à Kyïv attaque Odessa, dit-il !",
    "emoji": "👩‍👩‍👧‍👦 Paris 🇫🇷 attaque\u00a0: «\u00a0Marie Curie\u00a0» 𝒳\U0001f600fin",
    "accents": "E\u0301lise vit a\u0300 Besanc\u0327on\u2028puis a\u0300 Lyon\u0085fin",
    "controls": "Paris\x01\x0b attaque\x0c Lyon\ufffe\x7f\tfin",
    "markup": "<b>Paris</b> & \"Lyon\" 'attaque' ]]> <!-- # -X- O\n\n-DOCSTART- -X- O O\n\\t\\",
    "blanks": " \n\n  Paris  attaque\n \tLyon\n\n\n",
    "inside": "Non-Parisien attaque l'anti-Lyon",
}


def _records() -> Iterator[Record]:
    by = Provenance(("annotator-a", "annotator-b"), "latest", "rules@0123", True, "presse/a.txt", "annotator-b")
    meta = {"url": "https://exemple.test/é?a=1&b=2", "n": 1, "x": [None, {"é": 1.5}], "": "vide"}
    yield _record(
        "elisions",
        _TEXTS["elisions"],
        ("entities", "ONU", "GPE"),
        ("entities", "Odessa", "GPE"),
        ("events", "attaque", "ATTACK"),
        ("events", "attaque Odessa", "ATTACK"),
        ("claims", "attaque Odessa", "ATTACK"),
        relations=_relations(_TEXTS["elisions"]),
        attributes=(
            Attribute("document", "certitude", ["douteux"]),
            Attribute(_id(_TEXTS["elisions"], "events", "attaque", "ATTACK"), "certitude", ["douteux"]),
            Attribute(_id(_TEXTS["elisions"], "events", "attaque Odessa", "ATTACK"), "certitude", "douteux"),
            Attribute(_id(_TEXTS["elisions"], "entities", "Odessa", "GPE"), "note", {"é": [1, None]}),
        ),
        meta=meta,
        provenance=by,
    )
    yield _record("emoji", _TEXTS["emoji"], ("entities", "Marie Curie", "PER"), ("events", "attaque", "ATTACK"))
    yield _record(
        "accents", _TEXTS["accents"], ("entities", "E\u0301lise", "PER"), ("entities", "Besanc\u0327on", "GPE")
    )
    yield _record("controls", _TEXTS["controls"], ("entities", "Lyon\ufffe\x7f", "GPE"), ("entities", "Paris", "GPE"))
    yield _record(
        "markup#annotator-b.2", _TEXTS["markup"], ("entities", "Lyon", "GPE"), ("events", "attaque", "ATTACK")
    )
    yield _record("blanks", _TEXTS["blanks"], ("entities", "Paris", "GPE"), ("events", "attaque\n \tLyon", "ATTACK"))
    yield _record("inside", _TEXTS["inside"], ("entities", "Paris", "GPE"), ("events", "ttaque", "ATTACK"))
    yield _record("without", "Rien de neuf à l'Est.")
    yield _record(
        "long",
        "Le convoi attend. " * 5_600 + "Paris attaque.",
        ("entities", "Paris", "GPE"),
        ("events", "attaque", "ATTACK"),
    )


def _id(text: str, layer: str, part: str, label: str) -> str:
    return Span(layer, text.index(part), text.index(part) + len(part), label).id


def _relations(text: str) -> tuple[Relation, ...]:
    attack, place = _id(text, "events", "attaque", "ATTACK"), _id(text, "entities", "Odessa", "GPE")
    longer, other = _id(text, "events", "attaque Odessa", "ATTACK"), _id(text, "entities", "ONU", "GPE")
    return (
        Relation(place, attack, "place", "left"),
        Relation(attack, other, "agent", "right"),
        Relation(longer, attack, "place", "bi"),
        Relation(other, place, "agent", "right"),
    )


RECORDS: Mapping[str, tuple[Record, ...]] = {
    "train": tuple(record for record in _records() if record.id not in ("emoji", "without")),
    "dev": tuple(record for record in _records() if record.id in ("emoji", "without")),
    "test": (),
}


def version(records: Mapping[str, tuple[Record, ...]] = RECORDS) -> VersionContent:
    """Return the version, or one of other records, without the manifest's facts that no format needs."""
    manifest = {
        "dataset": "hard",
        "version": 1,
        "digest": "0" * 64,
        "schema": SCHEMA.value,
        "schema_hash": SCHEMA.hash,
        "code_version": "0",
        "files": {
            f"{split}.jsonl": {"sha256": "0" * 64, "bytes": 0, "records": len(records[split])} for split in SPLITS
        },
    }
    return VersionContent(manifest, SCHEMA, lambda split: iter(records[split]))


def written(
    name: str, records: Mapping[str, tuple[Record, ...]] = RECORDS
) -> tuple[Format, dict[str, bytes], list[Loss]]:
    """Return a format, what it writes of the version, or of one of other records, and what it leaves out."""
    (form,) = formats([name])
    folder = MemoryFolder()
    losses = list(form.write(version(records), folder))
    return form, folder.files, losses
