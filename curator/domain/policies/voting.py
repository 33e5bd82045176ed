"""Annotations vote: on spans, and on relations and attributes among the annotations that have their spans."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from curator.domain.policies.kind import LEFT_OUT, MATCHED, TIE, Links, Outcome, Parameter, ReadAnnotation
from curator.domain.policies.matching import Group, Groups, matched
from curator.domain.span import DOCUMENT, Attribute, Relation

MATCH = Parameter("exact", ("exact", "overlap").__contains__, "exact or overlap")
"""Which spans count as the same one."""


class Verdict(Enum):
    """What comes of a vote."""

    IN = "in"
    TIED = "tied"
    OUT = "out"


Rule = Callable[[Collection[int], int], Verdict]
"""Says what comes of a vote by the numbers of the annotations for it, and by how many could have been."""


def elect(annotations: Sequence[ReadAnnotation], rule: Rule, *, overlap: bool = False) -> Outcome | None:
    """Return what annotations elect by a rule, in whatever order they are given; None where there are none."""
    if not annotations:
        return None
    voters = _in_order(annotations)
    groups = matched(voters, overlap=overlap)
    chosen: dict[str, Group] = {}
    reasons: dict[tuple[int, Hashable], str] = {}
    moved: dict[tuple[int, str], str] = {}
    for place in _places(voters):
        group = groups[place]
        verdict = rule(group.voters, len(voters))
        if verdict is Verdict.IN:
            chosen[group.span.id] = group
        if verdict is Verdict.TIED:
            reasons[place] = TIE
        elif verdict is Verdict.IN and place[1] != group.span.id:
            moved[place] = group.span.id
            reasons[place] = TIE if place[1] in group.tied else MATCHED
    links = _links(voters, groups, chosen, rule)
    spans = tuple(group.span for group in chosen.values())
    return Outcome(tuple(voters), spans, links.relations, links.attributes, {**links.reasons, **reasons}, moved)


def elect_links(annotations: Sequence[ReadAnnotation], rule: Rule) -> Links:
    """Return the relations and attributes that annotations elect whose spans are all decided already."""
    voters = _in_order(annotations)
    groups = matched(voters, overlap=False)
    return _links(voters, groups, {group.span.id: group for group in groups.values()}, rule)


def _in_order(annotations: Iterable[ReadAnnotation]) -> list[ReadAnnotation]:
    return sorted(annotations, key=lambda annotation: annotation.state.identity.rank)


def _places(annotations: Iterable[ReadAnnotation]) -> Iterable[tuple[int, str]]:
    return ((annotation.number, span.id) for annotation in annotations for span in annotation.content.spans)


@dataclass(slots=True)
class _Ballot:
    """A relation or an attribute as an outcome would hold it, the annotations for it, and how many have its spans."""

    proposal: Any
    electorate: int
    voters: set[int] = field(default_factory=set)


def _links(voters: Sequence[ReadAnnotation], groups: Groups, chosen: Mapping[str, Group], rule: Rule) -> Links:
    """Return the elected relations and attributes; whoever lacks a span of one has no vote on it."""
    ballots: dict[Hashable, _Ballot] = {}
    cast: list[tuple[int, Hashable, Hashable, bool]] = []
    reasons: dict[tuple[int, Hashable], str] = {}

    def vote(number: int, own: Hashable, key: Hashable, proposal: Any, electorate: int) -> None:
        ballots.setdefault(key, _Ballot(proposal, electorate)).voters.add(number)
        cast.append((number, own, key, own != key))

    for annotation in voters:
        number = annotation.number
        for relation in annotation.content.relations:
            head, child = (_end(groups, chosen, number, end) for end in (relation.head, relation.child))
            if head is None or child is None:
                reasons[number, relation] = LEFT_OUT
            elif head is child and relation.head != relation.child:
                reasons[number, relation] = MATCHED
            else:
                elected = replace(relation, head=head.span.id, child=child.span.id)
                vote(number, relation, elected, elected, len(head.voters & child.voters))
        for attribute in annotation.content.attributes:
            group = _end(groups, chosen, number, attribute.on)
            if attribute.on == DOCUMENT:
                vote(number, attribute.key, attribute.key, attribute, len(voters))
            elif group is None:
                reasons[number, attribute.key] = LEFT_OUT
            else:
                moved = replace(attribute, on=group.span.id)
                vote(number, attribute.key, moved.key, moved, len(group.voters))
    verdicts = {key: rule(ballot.voters, ballot.electorate) for key, ballot in ballots.items()}
    for number, own, key, moved_along in cast:
        if verdicts[key] is Verdict.TIED:
            reasons[number, own] = TIE
        elif verdicts[key] is Verdict.IN and moved_along:
            reasons[number, own] = MATCHED
    elected_links = [ballots[key].proposal for key, verdict in verdicts.items() if verdict is Verdict.IN]
    return Links(
        tuple(link for link in elected_links if isinstance(link, Relation)),
        tuple(link for link in elected_links if isinstance(link, Attribute)),
        reasons,
    )


def _end(groups: Groups, chosen: Mapping[str, Group], number: int, end: str) -> Group | None:
    """Return the group of a span that the outcome holds."""
    group = groups.get((number, end))
    return group if group is not None and chosen.get(group.span.id) is group else None
