"""A project as somebody makes it by hand: other names, another text key, texts as they come."""

import unicodedata
from dataclasses import dataclass
from typing import Any

from curator.domain.canonical import canonicalise
from tests.fakes.world import World

CONFIG = """
<View>
  <Header value="Entités"/>
  <Labels name="entities" toName="article">
    <Label value="PER" background="red"/>
    <Label value="GPE" background="#0a0" hotkey="g"/>
  </Labels>
  <Labels name="events" toName="article"><Label value="ATTACK"/></Labels>
  <Relations><Relation value="agent"/><Relation value="place"/></Relations>
  <Text name="titre" value="$title"/>
  <Text name="article" value="$body" granularity="word"/>
  <Choices name="certitude" toName="article" perRegion="true"><Choice value="douteux"/></Choices>
  <Rating name="etoiles" toName="article"/>
</View>
"""
PLAIN = "Marie Curie est née à Varsovie."
CRLF = "Paul vit à Lyon,\r\nAnne à Nice.\r\nTous deux écrivent."
NFD = unicodedata.normalize("NFD", "L'Élysée se tait à Évry depuis hier.")
BOM = "\ufeffUn texte sans rien, écrit à Paris."
HAND_MADE = (PLAIN, CRLF, NFD, BOM)


def canonical(text: str) -> str:
    return canonicalise(text).text


def item(
    start: int, end: int, label: str, control: str = "entities", *, to_name: str = "article", id: str = ""
) -> dict[str, Any]:
    """Return a region of the project, in offsets of the raw text."""
    return {
        "id": id or f"r{start}-{end}-{label}",
        "from_name": control,
        "to_name": to_name,
        "type": "labels",
        "value": {"start": start, "end": end, "text": "not to be trusted", "labels": [label]},
    }


def marked(text: str, words: str, label: str = "GPE", control: str = "entities") -> dict[str, Any]:
    """Return a region on words of a raw text."""
    start = text.index(words)
    return item(start, start + len(words), label, control)


@dataclass
class ByHand:
    """A project of a world's server that somebody made, with a task of each text."""

    world: World
    number: int
    tasks: dict[str, int]

    @property
    def annotations(self) -> dict[tuple[int, str], Any]:
        """Return the states that the server holds, by id and time of creation."""
        of_project = self.world.server.annotations(self.number)
        return {(number, state.identity.created_at): state for number, (state, _) in of_project.items()}

    def equals(self) -> bool:
        """Say whether the store holds of it just what the server says."""
        return self.world.current_states() == self.annotations


def project_by_hand(world: World, *texts: str) -> ByHand:
    """Make a project by hand with a task of each text, all of them if none is given."""
    number = world.server.make_project("Dépêches", CONFIG)
    tasks = {
        text: world.server.import_task(number, body=text, title=f"Titre {at}", origin="hand")
        for at, text in enumerate(texts or HAND_MADE)
    }
    return ByHand(world, number, tasks)
