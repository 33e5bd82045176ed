"""UIMA CAS XMI, as INCEpTION, DKPro and `convert` write it: a file a document, a type system beside it.

Offsets are UTF-16 units by the format's definition. XML that declares a document type is refused before it is parsed
for its content: a CAS needs none, and only one can hold entities.
"""

import hashlib
import io
import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, TypeVar
from xml.parsers import expat

from curator.domain.canonical import document_id
from curator.domain.document import split_named
from curator.domain.errors import InputRefused
from curator.files.formats.cas import STAND_IN, TYPE_SYSTEM
from curator.files.formats.extras import require
from curator.files.imports.beside import beside
from curator.files.imports.cas_structures import CasStructures
from curator.files.imports.storable import storable
from curator.steps.ports.imports import (
    ImportedAnnotation,
    ImportedDocument,
    ImportFiles,
    ImportFormat,
    ImportPart,
    ImportParts,
)

_EXTENSIONS = (".xmi", ".xml")
_LEDGER = "LOSSES.json"
_NOT_IN_XML = "not-in-xml"
_T = TypeVar("_T")


def cas(parts: ImportParts) -> ImportFormat:
    """Return the format: DKPro's named entities, and layers of INCEpTION's with a text that is their label."""
    require("cassis", "cas", "dkpro-cassis", is_read=True)

    def read(files: ImportFiles) -> Iterator[ImportPart]:
        names = files.names()
        chosen = [name for name in names if name.lower().endswith(_EXTENSIONS[0])] or _other_documents(names)
        if not chosen:
            raise InputRefused("no CAS in XMI", files.name, "give .xmi files, with TypeSystem.xml beside them")
        reading = _Reading(files, parts.max_text)
        for name in chosen:
            yield ImportPart(files.shown(name), reading.documents(name))

    return ImportFormat("cas", read)


def _other_documents(names: Any) -> list[str]:
    return [
        name
        for name in names
        if name.lower().endswith(_EXTENSIONS) and PurePosixPath(name).name.lower() != "typesystem.xml"
    ]


class _Reading:
    """Reads documents one after the other; a type system or a ledger that several share is read once."""

    def __init__(self, files: ImportFiles, limit: int) -> None:
        self._files = files
        self._limit = limit
        self._types: tuple[str, Any] = ("", None)
        self._ledgers: dict[str, Mapping[str, list[Mapping[str, Any]]]] = {}

    def documents(self, file: str) -> Iterator[ImportedDocument]:
        """Yield the document of a file."""
        from cassis import load_cas_from_xmi

        shown = self._files.shown(file)
        types_file = next(
            (at for name in (TYPE_SYSTEM, "typesystem.xml") if (at := beside(self._files, file, name))), None
        )
        if types_file is None:
            raise InputRefused("no type system beside it", shown, f"put {TYPE_SYSTEM} there")
        types = self._type_system(types_file)
        raw = self._files.read(file)
        _refuse_document_type(raw, shown)
        read = _loaded(lambda: load_cas_from_xmi(io.BytesIO(raw), typesystem=types), shown, "error")
        structures = _loaded(lambda: CasStructures(read, types, shown), shown, "error")
        body = _loaded(structures.body, shown, "error")
        text = self._with_lost_characters(structures.text, structures.id, file)
        provenance = structures.provenance
        yield storable(
            ImportedDocument(
                name=shown,
                text=text,
                raw_sha256=hashlib.sha256(raw).hexdigest(),
                annotations=(ImportedAnnotation.of_record(body, structures.provenance),),
                lang=structures.lang,
                meta=structures.meta,
                split=split_named(file),
                id=structures.id,
                source=str(provenance.get("source") or ""),
                code_points=True,
                left_out=dict(structures.left_out),
            ),
            self._limit,
        )

    def _type_system(self, file: str) -> Any:
        """Return a type system; equal ones that follow each other, as an archive has them, are read once."""
        from cassis import load_typesystem

        raw = self._files.read(file)
        digest = hashlib.sha256(raw).hexdigest()
        if self._types[0] != digest:
            shown = self._files.shown(file)
            _refuse_document_type(raw, shown)
            self._types = digest, _loaded(lambda: load_typesystem(io.BytesIO(raw)), shown, "ignore")
        return self._types[1]

    def _with_lost_characters(self, text: str, named: str, file: str) -> str:
        """Return a text with the characters that XML does not hold, where the ledger beside the files has them.

        They are put back only where that makes the text that the document's id is of.
        """
        own = named.partition("#")[0]
        if STAND_IN not in text or document_id(text) == own:
            return text
        ledger = beside(self._files, file, _LEDGER)
        characters = list(text)
        for item in self._lost(ledger).get(named, ()) if ledger else ():
            at, character = item.get("at"), item.get("character")
            if isinstance(at, int) and 0 <= at < len(text) and text[at] == STAND_IN and isinstance(character, str):
                characters[at] = character
        whole = "".join(characters)
        return whole if _is_of(whole, own) else text

    def _lost(self, ledger: str) -> Mapping[str, list[Mapping[str, Any]]]:
        if ledger not in self._ledgers:
            lost: dict[str, list[Mapping[str, Any]]] = {}
            try:
                losses = json.loads(self._files.read(ledger))["losses"]
                for loss in losses:
                    if loss["reason"] == _NOT_IN_XML and isinstance(loss["item"], dict):
                        lost.setdefault(loss["document"], []).append(loss["item"])
            except (ValueError, LookupError, TypeError, RecursionError):
                # The ledger is ours to offer, and no part of the format.
                lost = {}
            self._ledgers[ledger] = lost
        return self._ledgers[ledger]


def _is_of(text: str, named: str) -> bool:
    try:
        return document_id(text) == named
    except UnicodeEncodeError:
        return False


def _refuse_document_type(raw: bytes, shown: str) -> None:
    """Raise InputRefused for what is no XML, at the line that breaks it, and where it declares a document type."""

    def begins(*_: Any) -> None:
        what = "XML declares a document type, which a CAS has no use for"
        raise InputRefused(what, f"{shown}:{parser.CurrentLineNumber}", "take the DOCTYPE out")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = begins
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        what = f"not XML: {expat.ErrorString(error.code)}"
        raise InputRefused(what, f"{shown}:{error.lineno}", "copy the file again") from None
    except (LookupError, ValueError) as error:
        raise InputRefused(f"not XML: {error}", shown, "save it as UTF-8") from None


def _loaded(load: Callable[[], _T], shown: str, on_warning: Any) -> _T:
    """Return what the library reads; it lets through whatever its parts raise for files that are not as they must be.

    Of an offset that is not in the text it only warns.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(on_warning)
            return load()
    except (MemoryError, InputRefused):
        raise
    except Exception as error:  # noqa: BLE001 - see above
        reason = " ".join(str(getattr(error, "message", None) or error).split())[:200]
        what = f"CAS cannot be read: {type(error).__name__}: {reason}"
        raise InputRefused(what, shown, "check the file and its TypeSystem.xml") from None
