"""What a person decided of a document, into the store."""

from dataclasses import replace

from curator.domain.canonical import refuse_unstorable
from curator.domain.decision import DECIDER
from curator.domain.errors import CuratorError, InputRefused
from curator.domain.fit import fit
from curator.domain.span import Content
from curator.steps.curation.batches import decide_document
from curator.steps.curation.decide import DecidedDocument, Decider, Rules
from curator.steps.in_force.schema import schema_in_force
from curator.steps.ports.contents import ContentReader
from curator.steps.ports.store import Store


def decide_by_person(
    document: str, person: str, content: Content, *, store: Store, rules: Rules, read_content: ContentReader
) -> DecidedDocument:
    """Make the content that a person, named by a key, gives a document its decision; returns the document decided.

    Later annotations change its losses alone. Idempotent. Raises CuratorError where there is no such document or no
    schema, and InputRefused where the person has no name or the content does not fit the text and the schema; nothing
    is stored then.
    """
    _refuse_no_name(person)
    decided = Content(
        tuple(replace(span, score=None, rule=None) for span in content.spans), content.relations, content.attributes
    )
    with store.writing() as transaction:
        text = transaction.documents.text(document)
        schema = schema_in_force(transaction.settings)
        if text is None or schema is None:
            raise CuratorError("no such document", document, "list the documents there are")
        for problem in fit(decided, text, schema).problems:
            raise InputRefused(f"decision does not fit: {problem.cause}", f"{document}, {problem.item}", "mend it")
        before = transaction.decisions.by_person(document, transaction.seq)
        if before is None or (before.person, before.content) != (person, decided):
            transaction.decisions.add_by_person(document, person, decided)
        return decide_document(transaction, Decider(schema, rules, read_content), document)


def _refuse_no_name(person: str) -> None:
    refuse_unstorable(person)
    if not person.strip() or person == DECIDER:
        raise InputRefused(f"{person!r} is nobody's name", "", "name the person who decides")
