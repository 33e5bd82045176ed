"""Words per second of the pipelines.

Every pair of runs gets texts that neither side has read before, as news is read: a tokenizer that remembers its words
would else be measured by its memory.
"""

import spacy

from benchmarks.corpus import texts
from benchmarks.ratio import Ratio, paired
from curator.spacy_models.annotator import SpacyPipeline

_RULES = "configs/rules.cfg"
_MODEL = "seeds/models/conflict_news"
_COMBINED = "configs/preannotate.cfg"
_PARTS = 6


def against_tokenizer(config: str = _RULES, aim: str = "at least 0.12") -> Ratio:
    """Measure a pipeline against spaCy's blank French tokenizer on the seed corpus."""
    blank = spacy.blank("fr")
    pipeline = SpacyPipeline(config)
    return paired(
        config,
        lambda part: list(pipeline.annotate(part)),
        "blank French tokenizer",
        lambda part: list(blank.pipe(part)),
        inputs=_parts(),
        amount=_words,
        unit="words/s",
        aim=aim,
    )


def combined_against_rules() -> Ratio:
    """Measure what asking the trained pipeline besides costs the rules."""
    return _against(_COMBINED, _RULES, "")


def rules_against_model() -> Ratio:
    """Measure the rules against the trained tok2vec, ner and spancat."""
    return _against(_RULES, _MODEL, "at least 2")


def _against(measured: str, baseline: str, aim: str) -> Ratio:
    pipeline, baseline_pipeline = SpacyPipeline(measured), SpacyPipeline(baseline)
    return paired(
        measured,
        lambda part: list(pipeline.annotate(part)),
        baseline,
        lambda part: list(baseline_pipeline.annotate(part)),
        inputs=_parts(),
        amount=_words,
        unit="words/s",
        aim=aim,
    )


def _parts() -> list[list[str]]:
    given = texts()
    return [given[number::_PARTS] for number in range(_PARTS)]


def _words(part: list[str]) -> int:
    return sum(len(doc) for doc in spacy.blank("fr").pipe(part))
