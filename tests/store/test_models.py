"""Trained models, on both databases."""

from sqlalchemy import func, select

from curator.store.database import SqlStore
from curator.store.tables import ModelRow


def test_the_newest_model_of_a_name_holds(store: SqlStore) -> None:
    for name, score in (("news-v1", 0.5), ("news-v2", 0.7), ("news-v1", 0.6)):
        with store.writing() as transaction:
            transaction.models.add(name, "news", 1, "models", {"ents_f": score, "none": None})
    with store.reading() as transaction:
        assert transaction.models.scores("news-v1") == {"ents_f": 0.6, "none": None}
        assert transaction.models.scores("news-v3") is None
        assert transaction.counts()["models"] == 2


def test_registering_the_same_again_adds_nothing(store: SqlStore) -> None:
    def rows(*scores: float) -> int:
        for score in scores:
            with store.writing() as transaction:
                transaction.models.add("news-v1", "news", 1, "models", {"ents_f": score})
        with store.engine.connect() as connection:
            return int(connection.scalar(select(func.count()).select_from(ModelRow)) or 0)

    assert rows(0.5, 0.5) == 1
    assert rows(0.6, 0.6) == 2
