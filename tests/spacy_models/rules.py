"""Small pipelines to calibrate: rules that find given words, and a trained pipeline beside them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc

CONFIG = """
[paths]
model = "model"
calibration = "calibration/own.jsonl"

[nlp]
lang = "fr"
pipeline = [{names}]

[components]

[components.rules]
factory = "tests_rules"
rules = {rules}

[components.opinion]
factory = "curator_opinion"
path = ${{paths.model}}

[components.calibrator]
factory = "curator_calibrator"
table = ${{paths.calibration}}
least = {least}
"""

WordRules = Sequence[tuple[str, str, str, str]]
"""Layer, words, label and rule of each span to propose, once in a text."""


@Language.factory("tests_rules")
class Rules:
    """Proposes these words in every text that holds them, and names the rule as the rules of curator do."""

    def __init__(self, nlp: Language, name: str, rules: list[list[str]]) -> None:
        self._rules = rules

    def __call__(self, doc: Doc) -> Doc:
        marks: dict[Any, Any] = doc.user_data
        layers: dict[str, list[Any]] = {}
        for layer, words, label, rule in self._rules:
            start = doc.text.find(words)
            if start >= 0:
                layers.setdefault(layer, []).append(doc.char_span(start, start + len(words), label=label))
                marks["curator", layer, start, start + len(words)] = (0.5, rule)
        doc.ents = tuple(layers.pop("entities", []))
        for layer, spans in layers.items():
            doc.spans[layer] = spans
        return doc


def write_config(folder: Path, rules: WordRules = (), least: float = 0.0, opinion: bool = True) -> Path:
    """Write a configuration into a project's folder; what it names is beside it."""
    names = ["rules", *(["opinion"] if opinion else []), "calibrator"]
    listed = "[" + ",".join(f'["{layer}","{words}","{label}","{rule}"]' for layer, words, label, rule in rules) + "]"
    text = CONFIG.format(names=",".join(f'"{name}"' for name in names), rules=listed, least=least)
    if not opinion:
        start, end = text.index("[components.opinion]"), text.index("[components.calibrator]")
        text = text[:start] + text[end:]
    path = folder / "configs" / "own.cfg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def write_table(folder: Path, *lines: tuple[str, str, str, int, int]) -> Path:
    path = folder / "calibration" / "own.jsonl"
    path.parent.mkdir(exist_ok=True)
    body = '{{"layer":"{}","rule":"{}","label":"{}","kept":{},"seen":{}}}\n'
    path.write_text("".join(body.format(*line) for line in lines), encoding="utf-8")
    return path


def save_model(path: Path, entities: dict[str, str], events: dict[str, str], group: str = "events") -> Path:
    """Save a pipeline that finds these words, each with its label, as one that was trained would be."""
    nlp = spacy.blank("fr")
    ruler: Any = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": label, "pattern": words} for words, label in entities.items()])
    if events:
        spans: Any = nlp.add_pipe("span_ruler", config={"spans_key": group})
        spans.add_patterns([{"label": label, "pattern": words} for words, label in events.items()])
    nlp.meta["name"] = "tiny"
    nlp.to_disk(path)
    return path
