"""Files that something went wrong with: documents, what is left out and refusals of one line come of them, no error."""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curator.domain.canonical import canonical_json, canonicalise
from curator.domain.carried import carry_over
from curator.domain.document import RawDocument
from curator.domain.offset_units import in_code_points
from curator.files.documents import FileReader
from curator.steps.intake.foreign_labels import LabelMap
from curator.steps.ports.documents import LeftOut, Refused
from curator.steps.ports.imports import Imported, ImportedDocument
from tests.fakes.parts import SCHEMA
from tests.files.imports.json_values import read
from tests.files.imports.test_detect import OBJECTS
from tests.files.imports.test_label_studio import ATTACK, GAO, RELATION, RESULTS, ROW, annotation, task
from tests.files.imports.test_prodigy import ATTACK as TOKENS_OF_ATTACK
from tests.files.imports.test_prodigy import GAO as TOKENS_OF_GAO
from tests.files.imports.test_prodigy import prodigy_task

_RELATION = {"head": 4, "child": 0, "head_span": TOKENS_OF_ATTACK, "child_span": TOKENS_OF_GAO, "label": "place"}
_TOKENS = [{"orth": "Gao", "ner": "U-GPE"}, {"orth": "attaque", "ner": "O"}]
VALUES: Mapping[str, Sequence[Any]] = {
    **OBJECTS,
    "doccano": [
        *OBJECTS["doccano"],
        {
            "text": "Gao attaque.",
            "entities": [{"id": 1, "label": "GPE", "start_offset": 0, "end_offset": 3}],
            "relations": [{"id": 1, "from_id": 1, "to_id": 1, "type": "place"}],
        },
    ],
    "gliner": [*OBJECTS["gliner"], {"tokenized_text": ["a"], "ner": [[0, 0, "GPE"]], "relations": [[0, 0, "place"]]}],
    "label-studio": [
        *OBJECTS["label-studio"][:1],
        task(annotation(1, *RESULTS["choices, notes"], RELATION), annotation(2, GAO, ATTACK)),
        ROW,
    ],
    "prodigy": [prodigy_task(relations=[_RELATION]), prodigy_task(spans=[{**TOKENS_OF_GAO, "answer": "reject"}])],
    "spacy": [
        *OBJECTS["spacy"],
        {"id": 1, "paragraphs": [{"raw": "Gao attaque", "sentences": [{"tokens": _TOKENS}], "cats": []}]},
        {"doc_annotation": {"entities": ["U-GPE"]}, "token_annotation": {"ORTH": ["Gao"], "SPACY": [False]}},
    ],
}
_ODD = st.one_of(
    st.sampled_from([None, True, False, -1, 0, 1, 2**63, 1e300, "", "x", "GPE", "document", "right", "\u0085"]),
    st.just([]),
    st.just({}),
    st.just([[0, 3, "GPE"]]),
    st.just([{"start": 0, "end": 3, "label": ["GPE"], "layer": [1], "id": [2]}]),
    st.just({"a": [1, {"b": None}]}),
)


_PIECES = (b"", b'"', b"}", b"]", b",", b"\xe9", b"\0", b"\n", b"[", b"{", b"1", b"\\")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path to every part of a value."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, (*path, key))


@st.composite
def changed(draw: st.DrawFn, values: Sequence[Any]) -> Any:
    """Return one of the values with some of its parts replaced, dropped or doubled."""
    whole = [copy.deepcopy(draw(st.sampled_from(values)))]
    for _ in range(draw(st.integers(1, 4))):
        *path, last = draw(st.sampled_from(list(places(whole))[1:] or [(0,)]))
        parent: Any = whole
        for key in path:
            parent = parent[key]
        change = draw(st.sampled_from(["replace", "drop", "double"]))
        if change == "replace" or len(whole) == 1 == len(path) + 1:
            parent[last] = copy.deepcopy(draw(_ODD))
        elif change == "drop":
            del parent[last]
        elif isinstance(parent, list):
            parent.insert(last, copy.deepcopy(parent[last]))
        else:
            parent[f"{last}2"] = copy.deepcopy(parent[last])
    return whole[0] if whole else None


def damaged(data: bytes, damage: st.DataObject) -> bytes:
    """Return bytes of which some were cut off, overwritten or put in."""
    for _ in range(damage.draw(st.integers(1, 3))):
        at = damage.draw(st.integers(0, len(data)))
        piece = damage.draw(
            st.sampled_from([b"", b'"', b"}", b"]", b",", b"\xe9", b"\0", b"\n", b"[", b"{", b"1", b"\\"])
        )
        data = data[:at] + piece + (data[at + damage.draw(st.integers(0, 5)) :] if damage.draw(st.booleans()) else b"")
    return data


def hold(items: Sequence[Imported]) -> None:
    """Check that what was read can be taken in, or says why not in a line that names its place."""
    for item in items:
        if isinstance(item, Refused):
            assert "\n" not in str(item.error)
            assert "file." in item.error.where
        elif isinstance(item, ImportedDocument):
            taken_in(item.text, [annotation.body for annotation in item.annotations])
            canonical_json(dict(item.meta))
            assert all(count > 0 for count in item.left_out.values())
        else:
            assert isinstance(item, LeftOut)


def taken_in(text: str, bodies: Sequence[Mapping[str, Any]]) -> None:
    assert text.strip()
    for body in bodies:
        counted = in_code_points(body, text).annotations
        content = carry_over(LabelMap().applied(counted, SCHEMA), text, canonicalise(text), SCHEMA)
        carry_over(counted, text, canonicalise(text), SCHEMA)
        assert all(0 <= span.start < span.end <= len(text) for span in content.spans)
        canonical_json([problem.item for problem in content.problems])


_SETTINGS = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)


@pytest.mark.parametrize("form", VALUES)
@_SETTINGS
@given(data=st.data())
def test_values_of_another_kind(tmp_path: Path, form: str, data: st.DataObject) -> None:
    values = [data.draw(changed(VALUES[form])), VALUES[form][0]]
    (tmp_path / "file.json").write_text(json.dumps(values), encoding="utf-8")
    hold(read(tmp_path / "file.json", form))
    hold(read(tmp_path / "file.json"))


@pytest.mark.parametrize("form", VALUES)
@_SETTINGS
@given(data=st.data())
def test_bytes_that_are_damaged(tmp_path: Path, form: str, data: st.DataObject) -> None:
    whole = json.dumps(data.draw(st.sampled_from([list(VALUES[form]), VALUES[form][0]])), ensure_ascii=False).encode()
    (tmp_path / "file.json").write_bytes(damaged(whole, data))
    hold(read(tmp_path / "file.json", form))
    hold(read(tmp_path / "file.json"))


@_SETTINGS
@given(data=st.data())
def test_lines_given_to_ingest(tmp_path: Path, data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(list(VALUES)))
    lines = [data.draw(changed(VALUES[form])), VALUES[form][0]]
    (tmp_path / "file.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    for item in FileReader(1000).read([str(tmp_path / "file.jsonl")]):
        if isinstance(item, RawDocument):
            taken_in(item.text, [item.annotations])
            canonical_json(dict(item.meta))
        else:
            assert isinstance(item, Refused | LeftOut)
            assert "file.jsonl:" in item.name
