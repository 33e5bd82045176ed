import pytest

from curator.spacy_models.french.conjugation import first_group, unaccented


@pytest.mark.parametrize(
    ("infinitive", "forms"),
    [
        ("piller", {"pille", "pillent", "pillait", "pilla", "pillées", "pillèrent", "pillera", "pillant"}),
        ("assiéger", {"assiège", "assiégeait", "assiégeant", "assiégèrent"}),
        ("menacer", {"menaçait", "menaçant", "menacent"}),
        ("harceler", {"harcèle", "harcelle", "harcèlera"}),
        ("déployer", {"déploie", "déploient", "déploiera", "déployait"}),
    ],
)
def test_forms_of_the_first_group(infinitive: str, forms: set[str]) -> None:
    assert forms <= first_group(infinitive)


def test_accents_fall() -> None:
    assert unaccented("évacués à Tôkyô") == "evacues a Tokyo"
