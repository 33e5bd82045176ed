import gc
import weakref

import pytest

from curator.spacy_models import format_tokens


def test_words_are_forgotten_after_so_many_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(format_tokens, "_FORGOTTEN_AFTER", 20)
    made: list[weakref.ref[object]] = []
    make = format_tokens._new_pipeline

    def counted() -> object:
        nlp = make()
        made.append(weakref.ref(nlp))
        return nlp

    monkeypatch.setattr(format_tokens, "_new_pipeline", counted)
    tokenize = format_tokens.french_tokens()
    texts = [f"L'été à Lyon{number}. Fin." for number in range(6)]
    tokens = [tokenize(text) for text in texts]
    assert [[text[token.start : token.end] for token in of] for text, of in zip(texts, tokens, strict=True)] == [
        ["L'", "été", "à", "Lyon", str(number), ".", "Fin", "."] for number in range(6)
    ]
    gc.collect()
    assert len(made) == 3
    assert sum(nlp() is not None for nlp in made) == 1
