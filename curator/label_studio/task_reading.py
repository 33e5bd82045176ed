"""Tasks as Label Studio sends them, each read as its project says: our own by our keys, adopted ones by theirs."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from curator.domain.annotation import ProjectSource, RawText, TaskRef, instant
from curator.domain.canonical import canonical_json, canonicalise, document_id
from curator.domain.document import SPLITS, RawDocument
from curator.domain.interface import Interface
from curator.domain.json_values import faults, storable
from curator.label_studio.interface_reading import read_interface
from curator.label_studio.results import DOCUMENT, TEXT
from curator.steps.ports.adopted import AdoptedTasks
from curator.steps.ports.stored_projects import StoredTask

_ID_LIMIT = 2**63  # what an integer column holds


class TaskReading:
    """Reads the tasks of one project; of an adopted one by its interface of now, without which they have no text."""

    def __init__(self, server: str, project: int, adopted: AdoptedTasks, label_config: str | None) -> None:
        """Take the interface of an adopted project; of any other one nothing has to be known."""
        self._server = server
        self._project = project
        self._adopted = adopted
        self._interface = None if label_config is None else read_interface(label_config)

    @property
    def is_adopted(self) -> bool:
        return self._interface is not None

    def ref(self, task: Any) -> TaskRef:
        """Return a task as webhook, listing or its own address shows it. Raises ValueError for what is no task."""
        return self.refs([task])[0]

    def refs(self, tasks: Iterable[Any]) -> list[TaskRef]:
        """Return tasks as `ref` does, in their order, with one question to the store at most.

        Key and text are None where they are missing or hold what no text of ours can. A task of an adopted project is
        that of the document that both its key and its text say, else of the one that it is known as, else of the one
        that its text is: a field of our key's name may be anybody's.
        """
        if self._interface is None:
            return [_our_ref(task, self._server) for task in tasks]
        refs = [_their_ref(task, self._server, self._interface) for task in tasks]
        created = {ref.task: ref.created_at for ref in refs if ref.created_at is not None}
        known = self._adopted.known(self._project, created) if created else {}
        return [_identified(ref, known.get(ref.task)) for ref in refs]

    def offered(self, task: Any) -> RawDocument | None:
        """Return a task of an adopted project as a document to take in, None where it has no text.

        Its data may give `lang` and `split`, as files of documents do; the rest of it is kept as what is said of it.
        """
        key = self._interface.text_key if self._interface is not None else None
        data = _data(task)
        text = data.get(key) if key is not None else None
        if not isinstance(text, str):
            return None
        rest = {name: value for name, value in data.items() if name not in (key, DOCUMENT, "lang", "split")}
        meta = {name: value for name, value in rest.items() if not faults([name, value])}
        lang, split = data.get("lang"), data.get("split")
        return RawDocument(
            name=f"{ProjectSource(self._server, self._project)}/{task['id']}",
            text=text,
            raw_sha256=hashlib.sha256(canonical_json(text).encode("ascii")).hexdigest(),
            lang=lang if isinstance(lang, str) and lang else None,
            meta=meta,
            split=split if split in SPLITS else None,
        )


def _identified(ref: TaskRef, known: StoredTask | None) -> TaskRef:
    """Return a task, whose document is what its data says that it is, as that of the document that it is."""
    key, document, raw = ref.document, None if ref.text is None else document_id(ref.text), ref.raw
    if raw is None:
        return ref
    if known is not None and (document is None or key != document):
        document = known.document
    keyed = key is not None and key == document
    is_known = known is not None and known.document == document and known.raw_form is not None
    changed = known is not None and is_known and known.raw_form != raw.form
    return replace(ref, document=document, raw=replace(raw, keyed=keyed, changed=changed))


def _our_ref(task: Any, server: str) -> TaskRef:
    fields, data = _fields(task), _data(task)
    return TaskRef(
        server=server,
        project=_id(fields.get("project")),
        task=_id(fields.get("id")),
        document=_text(data.get(DOCUMENT)),
        text=_text(data.get(TEXT)),
    )


def _their_ref(task: Any, server: str, interface: Interface) -> TaskRef:
    fields, data = _fields(task), _data(task)
    key, raw = data.get(DOCUMENT), _text(data.get(interface.text_key)) if interface.text_key is not None else None
    canonical = None if raw is None else canonicalise(raw)
    return TaskRef(
        server=server,
        project=_id(fields.get("project")),
        task=_id(fields.get("id")),
        document=key if isinstance(key, str) else None,
        text=None if canonical is None else canonical.text,
        raw=RawText(interface.text_name or "", () if canonical is None else canonical.shifts),
        created_at=_created_at(fields),
    )


def _created_at(fields: Mapping[str, Any]) -> str | None:
    try:
        return instant(fields["created_at"])
    except (KeyError, TypeError, AttributeError):
        raise ValueError("a task without the time it was made at") from None


def _fields(task: Any) -> Mapping[str, Any]:
    if not isinstance(task, Mapping):
        raise ValueError("task is no object")
    return task


def _data(task: Any) -> Mapping[str, Any]:
    data = task.get("data") if isinstance(task, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _id(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < _ID_LIMIT:
        raise ValueError("an id is no positive integer")
    return value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and storable(value) else None
