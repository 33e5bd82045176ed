"""A corpus that grows: no document moves, and reprints are found among all that came before."""

import random
from collections.abc import Sequence

from benchmarks.generated import own_text, reprint
from curator.domain.canonical import document_id
from curator.domain.split import Assignment
from curator.files.nearness import SketchNearness, similarity
from curator.steps.intake.ingest import ingest
from tests.fakes.parts import RULE, SCHEMA, Texts, french, raw, silent
from tests.fakes.world import World

MANY = 1_000


def take_in(world: World, texts: Sequence[str]) -> dict[str, Assignment]:
    """Ingest texts as the application does; returns the assignments of all documents."""
    reader = Texts(*(raw(f"{document_id(text)}.txt", text) for text in texts))
    ingest(
        reader.paths,
        reader=reader,
        language=french,
        nearness=SketchNearness(),
        store=world.store,
        schema=SCHEMA,
        rule=RULE,
        progress=silent,
    )
    with world.store.reading() as transaction:
        return transaction.documents.splits(transaction.seq)


def test_a_thousand_documents_more_move_none_and_a_thousand_reprints_are_grouped(world: World) -> None:
    first = [own_text(number) for number in range(150)]
    before = take_in(world, first)
    assert len(before) == len(first)
    assert {assignment.split for assignment in before.values()} == {"train", "dev", "test"}
    originals = [own_text(number) for number in range(150, MANY + 150)]
    grown = take_in(world, originals)
    assert len(grown) == MANY + 150
    assert {document: grown[document] for document in before} == before
    reprints = [reprint(text, random.Random(number)) for number, text in enumerate(originals)]
    after = take_in(world, reprints)
    assert {document: after[document] for document in grown} == grown
    pairs = [(text, changed, after[document_id(changed)]) for text, changed in zip(originals, reprints, strict=True)]
    missed = [
        (document_id(text), assignment.document, round(similarity(text, changed), 3))
        for text, changed, assignment in pairs
        if (assignment.split, assignment.reason) != (after[document_id(text)].split, "near-duplicate")
    ]
    assert len(missed) <= MANY / 100, f"{len(missed)} missed: {missed}"
