"""The rule pipeline's words per second."""

from pathlib import Path

import spacy

from benchmarks.ratio import Ratio, paired
from curator.domain.canonical import canonicalise
from curator.spacy_models.annotator import SpacyPipeline

_CORPUS = Path("seeds/corpus")
_REPEATED = 10


def rules_against_tokenizer() -> Ratio:
    """Measure configs/preannotate.cfg against spaCy's blank French tokenizer on the seed corpus, in words a second."""
    texts = [canonicalise(path.read_text(encoding="utf-8")).text for path in sorted(_CORPUS.glob("*.txt"))] * _REPEATED
    blank = spacy.blank("fr")
    pipeline = SpacyPipeline("configs/preannotate.cfg")
    words = sum(len(doc) for doc in blank.pipe(texts))
    return paired(
        "rule pipeline",
        lambda: list(pipeline.annotate(texts)),
        "blank French tokenizer",
        lambda: list(blank.pipe(texts)),
        words,
        "words/s",
    )
