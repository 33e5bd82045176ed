"""The ways in which tools write what is annotated on a text into a JSON object, read as `carry_over` takes it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from curator.domain.errors import InputRefused
from curator.domain.json_values import kind_of
from curator.files.spelled_relations import GONE, RelationEnds

SPANS = ("spans", "label", "labels", "entities", "ents", "annotations")
"""The keys under which spans are looked for."""

DOCUMENT_LABEL = "document-label"
"""The cause of what a tool says of a text as a whole: it has no name, without which it is no attribute."""

_LAYERS = ("entities", "events")
KEYS: Mapping[str, Sequence[str]] = {
    "start": ("start_offset", "start_char", "begin"),
    "end": ("end_offset", "end_char", "stop"),
    "label": ("type", "entity_type", "entity_group", "entity"),
}
"""The other keys under which spans have what is under these here, the likeliest first."""

_ANSWERS: Mapping[Any, str] = {"reject": "rejected", "ignore": "ignored"}
_ACCEPTED = "accept"
_SPAN_VIEWS = ("spans", "ner", "rel")
_CHOICES = ("options", "accept")
_PRODIGY = ("answer", "_input_hash", "_task_hash", "_session_id", "_annotator_id", "_view_id", "_timestamp")
_PRODIGY_ONLY = (*_PRODIGY, "tokens", "options", "accept", "config", "_is_binary")
_NO_TEXTS = ("image", "audio", "video")
_REMARKS = {"Comments": "comment", "cats": DOCUMENT_LABEL}
_TOKENS = ("words", "spaces", "tags", "pos", "morphs", "lemmas", "heads", "deps", "sent_starts", "sents")


@dataclass(slots=True)
class Spelled:
    """What is annotated on a text, the other keys of its object, and what is no annotation, counted by cause.

    `answer` is the cause for which all of it is left out, empty where it counts. `annotated` says whether somebody
    looked for spans, be it in vain: a text on which nobody did is no negative example.
    """

    body: dict[str, Any]
    rest: dict[str, Any]
    left_out: Counter[str] = field(default_factory=Counter)
    answer: str = ""
    annotated: bool = True


def spelled(value: Mapping[str, Any], *, in_layers: bool = False, of_spacy: bool = False) -> Spelled:
    """Return what an object with a text says of it, however it spells that; the object stays as it is.

    With `in_layers`, lists of plain spans under the names of layers are of these layers, and labels of a text as a
    whole are none of the annotations, and what is no span is left for `carry_over` to name. What spaCy says of tokens
    is taken away where the object is known to be of it. Raises InputRefused where a key of spans or relations holds
    something else, and for an answer that is none of Prodigy's.
    """
    reading = _Spelling(dict(value), in_layers)
    reading.refuse_other_media()
    is_prodigys = any(key in value for key in _PRODIGY)
    tokens = reading.rest.get("tokens")
    answer = _answer(value, is_prodigys)
    for key in (*SPANS, *(_LAYERS if in_layers else ())):
        reading.take_spans(key, tokens)
    reading.take_relations()
    attributes = reading.rest.pop("attributes", None)
    if attributes is not None:
        reading.body["attributes"] = attributes
    reading.count_remarks()
    if of_spacy or "ents" in value:
        reading.count_spacys()
    if is_prodigys:
        chosen = reading.rest.get("accept")
        reading.left_out["choice"] += len(chosen) if isinstance(chosen, list) else 0
        reading.rest = {key: item for key, item in reading.rest.items() if key not in _PRODIGY_ONLY}
    elif isinstance(tokens, list) and (not in_layers or looks_like_spans(tokens)):
        del reading.rest["tokens"]
    annotated = bool(reading.body) or reading.annotated or (answer == _ACCEPTED and _is_of_spans(value))
    return Spelled(reading.body, reading.rest, +reading.left_out, _ANSWERS.get(answer, ""), annotated)


def unread_spans(rest: Mapping[str, Any]) -> list[str]:
    """Return the keys of spans that nothing reads: as metadata nobody would look for them."""
    return [key for key, item in rest.items() if key != "meta" and looks_like_spans(item)]


def looks_like_spans(value: Any, depth: int = 3) -> bool:
    """Say whether a value is a list of which all items have offsets and a label, at some depth or other."""
    return isinstance(value, list) and bool(value) and all(_has_offsets(item, depth) for item in value)


def have_offsets(value: Any) -> bool:
    """Say whether a value is a list of objects with offsets, whatever else they have."""
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) and _offsets(item) for item in value)


def triple(item: Sequence[Any]) -> dict[str, Any]:
    """Return a span that is written as a list of start, end and label."""
    return dict(zip(("start", "end", "label"), item, strict=False))


def _answer(value: Mapping[str, Any], is_prodigys: bool) -> str:
    """Return the answer to a task, empty where there is none. Raises InputRefused for one that says nothing here."""
    answer = value.get("answer") if is_prodigys else None
    if answer is None:
        return ""
    if isinstance(answer, str) and (answer in _ANSWERS or answer == _ACCEPTED):
        return answer
    raise InputRefused(f"unknown answer {str(answer)[:40]!r}", remedy="write accept, reject or ignore, or leave it out")


def _is_of_spans(value: Mapping[str, Any]) -> bool:
    """Say whether a task of Prodigy's asks for spans: one that asks for a label or a choice tells of none."""
    if isinstance(value.get("label"), str) or any(key in value for key in _CHOICES):
        return False
    view = value.get("_view_id")
    return view.startswith(_SPAN_VIEWS) if isinstance(view, str) else isinstance(value.get("tokens"), list)


class _Spelling:
    """The reading of one object: what was found, and the keys that are left."""

    def __init__(self, value: dict[str, Any], in_layers: bool) -> None:
        self.rest, self.in_layers = value, in_layers
        self.body: dict[str, Any] = {}
        self.left_out: Counter[str] = Counter()
        self.gone: list[Mapping[str, Any]] = []
        self.annotated = False

    def refuse_other_media(self) -> None:
        for medium in _NO_TEXTS:
            if medium in self.rest and any(key in self.rest for key in _PRODIGY_ONLY):
                raise InputRefused(f"a task about {medium}, not about a text", remedy="leave it out")

    def take_spans(self, key: str, tokens: Any) -> None:
        """Take the spans under a key, where what it holds is spans."""
        value = self.rest.get(key)
        if key in ("label", "labels", "annotations") and not self._is_spans(key, value):
            self.annotated |= value == []
            return
        self.rest.pop(key, None)
        if value is None:
            return
        self.annotated = True
        if isinstance(value, Mapping):
            by_group = {group: list(self._items(items, key, tokens)) for group, items in value.items()}
            self._add([{**_as_object(item), "layer": group} for group, items in by_group.items() for item in items])
        elif isinstance(value, list):
            items = list(self._items(value, key, tokens))
            if self.in_layers and key in _LAYERS and all(_is_plain(item) for item in value):
                self.body[key] = items
            else:
                self._add(items)
        elif self.in_layers:
            self._add([value])
        else:
            raise InputRefused(f"{key!r} is a {kind_of(value)}", remedy="write spans as a list of objects")

    def _is_spans(self, key: str, value: Any) -> bool:
        """Say whether labels are of spans; those of the whole text are counted, where nobody keeps them."""
        if have_offsets(value) or (isinstance(value, list) and key != "annotations" and any(map(_may_be_span, value))):
            return True
        if key != "annotations" and not self.in_layers and value is not None:
            del self.rest[key]
            self.left_out[DOCUMENT_LABEL] += len(value) if isinstance(value, list) else 1
        elif value is None or value == []:
            self.rest.pop(key, None)
        return False

    def _items(self, items: Any, key: str, tokens: Any) -> Iterator[Any]:
        if not isinstance(items, list) and self.in_layers:
            items = [items]
        if not isinstance(items, list):
            raise InputRefused(f"{key!r} holds a {kind_of(items)}", remedy="write spans as lists of objects")
        for item in items:
            if isinstance(item, str) and not self.in_layers:
                raise InputRefused(f"{key!r} holds tags, not spans", remedy="write spans as a list of objects")
            if isinstance(item, list) and len(item) == 4:
                self.left_out["entity-link"] += bool(item[3])
                item = item[:3]
            if not isinstance(item, dict):
                yield item
                continue
            if (answer := _answer(item, "answer" in item)) in _ANSWERS:
                self.left_out[f"{_ANSWERS[answer]}-span"] += 1
                self.gone.append(item)
            else:
                self.left_out["entity-link"] += bool(item.get("kb_id"))
                yield _as_named(item, tokens)

    def _add(self, items: list[Any]) -> None:
        self.body.setdefault("spans", []).extend(items)

    def take_relations(self) -> None:
        value = self.rest.pop("relations", None)
        if value is None:
            return
        if not isinstance(value, list):
            raise InputRefused(f"'relations' is a {kind_of(value)}", remedy="write relations as a list of objects")
        ends = RelationEnds(self.body.get("spans", ()), self.gone)
        relations = [ends.relation(item) for item in value]
        self.body["relations"] = [relation for relation in relations if relation is not GONE]
        self.left_out["relation-of-left-out-span"] += sum(relation is GONE for relation in relations)

    def count_remarks(self) -> None:
        """Count what tools write beside spans that is no annotation, and take it away."""
        if self.in_layers:
            return
        for key, cause in _REMARKS.items():
            value = self.rest.pop(key, None)
            if isinstance(value, Mapping):
                self.left_out[cause] += sum(bool(item) for item in value.values())
            elif isinstance(value, list):
                self.left_out[cause] += len(value)
            elif value is not None:
                self.left_out[cause] += 1

    def count_spacys(self) -> None:
        """Count what spaCy keeps of tokens and of links, and take it away; elsewhere such keys are anybody's."""
        links = self.rest.pop("links", None)
        self.left_out["entity-link"] += sum(map(bool, links.values())) if isinstance(links, dict) else bool(links)
        for key in _TOKENS:
            if key in self.rest:
                self.left_out["token-annotation"] += bool(self.rest.pop(key))


def _as_named(item: dict[str, Any], tokens: Any) -> dict[str, Any]:
    """Return a span with its offsets under the keys of here; those of tokens count where it has none of its own."""
    named = dict(item)
    for ours, theirs in KEYS.items():
        for key in theirs:
            if named.get(ours) is None and key in named:
                named[ours] = named.pop(key)
    if named.get("token_start") is not None and named.get("start") is None:
        named["start"] = _border(tokens, named["token_start"], "start")
        named["end"] = _border(tokens, named.get("token_end"), "end")
    return named


def _border(tokens: Any, number: Any, border: str) -> Any:
    if isinstance(tokens, list) and _is_number(number) and 0 <= number < len(tokens):
        token = tokens[number]
        if isinstance(token, dict) and _is_number(token.get(border)):
            return token[border]
    what = f"a span has the number of its token alone, and there is no token {number!r}"
    raise InputRefused(what, remedy="give spans `start` and `end`, or the `tokens`")


def _as_object(item: Any) -> dict[str, Any]:
    if isinstance(item, list) and len(item) == 3:
        return triple(item)
    return item if isinstance(item, dict) else {"label": item}


def _is_plain(item: Any) -> bool:
    """Say whether a span is written as those of a layer are."""
    return isinstance(item, dict) and not any(key in item for key in (*KEYS["start"], *KEYS["end"]))


def _has_offsets(item: Any, depth: int) -> bool:
    if isinstance(item, list):
        return len(item) in (3, 4) and _is_number(item[0]) and _is_number(item[1]) and isinstance(item[2], str)
    if not isinstance(item, dict):
        return False
    if _offsets(item):
        return any(isinstance(part, str | list) for part in item.values())
    return depth > 0 and any(
        looks_like_spans(part, depth - 1) or (isinstance(part, dict) and _has_offsets(part, depth - 1))
        for part in item.values()
    )


def _offsets(item: Mapping[str, Any]) -> bool:
    numbers = {str(key).lower() for key, part in item.items() if _is_number(part)}
    starts = any(key.startswith(("start", "begin")) or key == "from" for key in numbers)
    return starts and any(key.startswith(("end", "stop")) or key == "to" for key in numbers)


def _may_be_span(item: Any) -> bool:
    """Say whether an item among labels is a span, if one that may be wrong."""
    return any(map(_is_number, item)) if isinstance(item, list) else isinstance(item, dict) and _offsets(item)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
