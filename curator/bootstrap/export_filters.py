"""What an export's filters name, looked up in the store: annotators and documents."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from curator.domain.errors import CuratorError
from curator.domain.pseudonym import is_pseudonym, pseudonym
from curator.steps.datasets.asked import Asked
from curator.steps.ports.store import Store

_NAMED = 5
"""How many unknown ids are told."""


@dataclass(frozen=True, slots=True)
class Lists:
    """What filters name and the store alone can tell: annotators, and files of document ids."""

    annotators: tuple[str, ...] = ()
    only: Path | None = None
    without: Path | None = None


NO_LISTS = Lists()


def resolved(asked: Asked, lists: Lists, *, store: Store, salt: str, say: Callable[[str], None]) -> Asked:
    """Return what is asked for with the annotators by pseudonym and the documents by id; says which ids are unknown.

    Raises CuratorError for an annotator whom nobody knows, and for a file that cannot be read.
    """
    filters = replace(
        asked.filters,
        annotators=_annotators(lists.annotators, store, salt),
        only=_documents(lists.only, store, say),
        without=_documents(lists.without, store, say),
    )
    return replace(asked, filters=filters)


def _annotators(names: Collection[str], store: Store, salt: str) -> tuple[str, ...]:
    """Return the pseudonyms of annotators that are given by e-mail address, by key or by pseudonym."""
    if not names:
        return ()
    with store.reading() as transaction:
        known = transaction.revisions.annotators()
    pseudonyms = {key: pseudonym(salt, key) for key in known}
    chosen = set()
    for name in names:
        matching = {pseudonyms[key] for key, email in known.items() if name in (email, key, pseudonyms[key])}
        if is_pseudonym(name):
            # Of whoever has no name in the store too.
            matching.add(name)
        if not matching:
            raise CuratorError(f"no such annotator: {name!r}", "", "`curator annotators list` names them")
        chosen |= matching
    return tuple(sorted(chosen))


def _documents(file: Path | None, store: Store, say: Callable[[str], None]) -> frozenset[str] | None:
    """Return the ids of documents that stand in a file, one a line."""
    if file is None:
        return None
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CuratorError(f"list of documents cannot be read: {error}", str(file), "write one id a line") from error
    ids = dict.fromkeys(line.strip() for line in lines if line.strip())
    with store.reading() as transaction:
        known = transaction.documents.first_sources(ids)
    unknown = [document for document in ids if document not in known]
    if unknown:
        named = ", ".join(_shown(unknown[:_NAMED])) + (", …" if len(unknown) > _NAMED else "")
        say(f"{file}: {len(unknown)} of {len(ids)} ids are of no document: {named}")
    return frozenset(ids)


def _shown(ids: Iterable[str]) -> Iterable[str]:
    return (f"{document[:40]!r}" for document in ids)
