"""Words per second of the pipelines."""

import spacy

from benchmarks.corpus import texts
from benchmarks.ratio import Ratio, paired
from curator.spacy_models.annotator import SpacyPipeline

_RULES = "configs/rules.cfg"
_MODEL = "seeds/models/conflict_news"
_COMBINED = "configs/preannotate.cfg"


def against_tokenizer(config: str = _RULES, aim: str = "at least 0.12") -> Ratio:
    """Measure a pipeline against spaCy's blank French tokenizer on the seed corpus."""
    given = texts()
    blank = spacy.blank("fr")
    pipeline = SpacyPipeline(config)
    return paired(
        config,
        lambda: list(pipeline.annotate(given)),
        "blank French tokenizer",
        lambda: list(blank.pipe(given)),
        sum(len(doc) for doc in blank.pipe(given)),
        "words/s",
        aim,
    )


def combined_against_tokenizer() -> Ratio:
    """Measure rules and trained pipeline together."""
    return against_tokenizer(_COMBINED, "")


def against_model() -> Ratio:
    """Measure the rules against the trained tok2vec, ner and spancat on the seed corpus."""
    given = texts()
    rules, model = SpacyPipeline(_RULES), SpacyPipeline(_MODEL)
    words = sum(len(doc) for doc in spacy.blank("fr").pipe(given))
    return paired(
        _RULES,
        lambda: list(rules.annotate(given)),
        _MODEL,
        lambda: list(model.annotate(given)),
        words,
        "words/s",
        "at least 2",
    )
