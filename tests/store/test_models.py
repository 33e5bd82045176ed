"""Trained models, on both databases."""

from curator.store.database import SqlStore


def test_the_newest_model_of_a_name_holds(store: SqlStore) -> None:
    for name, score in (("news-v1", 0.5), ("news-v2", 0.7), ("news-v1", 0.6)):
        with store.writing() as transaction:
            transaction.models.add(name, "news", 1, "models", {"ents_f": score, "none": None})
    with store.reading() as transaction:
        assert transaction.models.scores("news-v1") == {"ents_f": 0.6, "none": None}
        assert transaction.models.scores("news-v3") is None
        assert transaction.counts()["models"] == 2
