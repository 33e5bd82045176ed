"""Documents that can be kept: a last look at what a reader made."""

from dataclasses import replace

from curator.domain.errors import InputRefused
from curator.files.refusals import checked_text, refuse_unstorable_value
from curator.steps.ports.imports import ImportedDocument

NOT_ANNOTATED = "not-annotated"
"""The cause of a document that nobody annotated: it is taken in without an annotation."""


def storable(document: ImportedDocument, limit: int) -> ImportedDocument:
    """Return a document whose text and values can be stored; `limit` is in bytes of text.

    Raises InputRefused, naming the document, for any other.
    """
    try:
        checked_text(document.text, limit)
        facts = [document.lang, document.id, document.source, dict(document.meta)]
        refuse_unstorable_value(facts, "facts of the document")
        for annotation in document.annotations:
            refuse_unstorable_value([annotation.annotator, annotation.key, dict(annotation.body)], "annotation")
    except InputRefused as error:
        where = f"{document.name}, {error.where}" if error.where else document.name
        raise replace(error, where=where) from None
    return document
