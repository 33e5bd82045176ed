"""What spaCy's registry loads by name: the tokenizer and the components of the pre-annotation pipeline."""

from collections.abc import Callable

from spacy.language import Language
from spacy.tokens import Doc

Component = Callable[[Doc], Doc]


def french_tokenizer() -> Callable[[Language], object]:
    """Return what makes the tokenizer of a pipeline."""

    def make(nlp: Language) -> object:
        from curator.spacy_models.french.tokenizer import FrenchTokenizer

        return FrenchTokenizer(nlp.vocab)

    return make


@Language.factory("curator_boilerplate")
def boilerplate(nlp: Language, name: str, lexicons: str) -> Component:
    """Make the component that silences navigation lines and English captions."""
    from curator.spacy_models.french.boilerplate import Boilerplate

    return Boilerplate(lexicons)


@Language.factory("curator_gazetteer", default_config={"population": 15000})
def gazetteer(nlp: Language, name: str, lexicons: str, population: int) -> Component:
    """Make the component that looks up places, organisations and peoples."""
    from curator.spacy_models.french.gazetteer import Gazetteer

    return Gazetteer(lexicons, population)


@Language.factory("curator_dates")
def dates(nlp: Language, name: str) -> Component:
    """Make the component that finds dates."""
    from curator.spacy_models.french.dates import Dates

    return Dates()


@Language.factory("curator_forces")
def forces(nlp: Language, name: str, lexicons: str) -> Component:
    """Make the component that finds forces and weapons."""
    from curator.spacy_models.french.forces import Forces

    return Forces(lexicons)


@Language.factory("curator_organisations")
def organisations(nlp: Language, name: str, lexicons: str) -> Component:
    """Make the component that finds organisations by their head noun, and acronyms."""
    from curator.spacy_models.french.organisations import Organisations

    return Organisations(lexicons)


@Language.factory("curator_people")
def people(nlp: Language, name: str, lexicons: str) -> Component:
    """Make the component that finds persons."""
    from curator.spacy_models.french.people import People

    return People(lexicons)


@Language.factory("curator_locatives")
def locatives(nlp: Language, name: str) -> Component:
    """Make the component that finds places by the words before them."""
    from curator.spacy_models.french.locatives import Locatives

    return Locatives()


@Language.factory("curator_triggers")
def triggers(nlp: Language, name: str, lexicons: str) -> Component:
    """Make the component that finds event triggers."""
    from curator.spacy_models.french.triggers import Triggers

    return Triggers(lexicons)


@Language.factory("curator_resolver")
def resolver(nlp: Language, name: str) -> Component:
    """Make the component that chooses among candidates and sets the document's spans."""
    from curator.spacy_models.french.resolve import Resolver

    return Resolver()


@Language.factory("curator_opinion")
def opinion(nlp: Language, name: str, path: str) -> Component:
    """Make the component that asks a trained pipeline about the same text."""
    from curator.spacy_models.opinion import TrainedOpinion

    return TrainedOpinion(path)


@Language.factory("curator_calibrator", default_config={"least": 0.0})
def calibrator(nlp: Language, name: str, table: str, least: float) -> Component:
    """Make the component that scores spans by how often such spans were kept, and leaves the improbable out."""
    from curator.spacy_models.calibrator import Calibrator

    return Calibrator(table, least)


def read_records(path: str | None) -> Callable[[Language], object]:
    """Return the corpus of one split of a dataset version; without a path, one that cannot be read."""
    from pathlib import Path

    from curator.spacy_models.corpus import corpus, no_corpus

    return no_corpus if path is None else corpus(Path(path))
