"""A workspace whose store knows documents and tasks, and the deliveries that Label Studio would send of them."""

import json
from pathlib import Path

from benchmarks.generated import own_text
from curator.bootstrap.addresses import EMBEDDED
from curator.bootstrap.context import Context
from curator.bootstrap.init import init
from curator.bootstrap.intake import ingest
from curator.bootstrap.schemas import adopt_configured
from curator.bootstrap.secrets import shared_secrets
from curator.bootstrap.stores import open_store
from curator.bootstrap.workspace import Workspace
from curator.domain.annotation import annotator_key
from curator.domain.canonical import document_id
from curator.steps.in_force.servers import server_name

_CONFIG = Path("configs/curator.toml")
_PROJECT = 1
_REGIONS = 12
_BYTES = 6_000


class Delivered:
    """A workspace in a folder with so many documents, each with a task; `body` gives a delivery that it applies."""

    def __init__(self, folder: Path, documents: int) -> None:
        self.context = Context(Workspace(folder / "workspace"), _CONFIG)
        self.texts = [own_text(number, sentences=9) for number in range(documents)]
        self._annotations = 0
        init(self.context, _silent)
        source = folder / "documents.jsonl"
        lines = (json.dumps({"text": text}, ensure_ascii=False) for text in self.texts)
        source.write_text("\n".join(lines), encoding="utf-8")
        ingest(self.context, [str(source)], _silent, lambda done, total: None)
        with open_store(self.context) as store:
            schema = adopt_configured(self.context, store, _silent)
            server = server_name(store, EMBEDDED, lambda: False)
            with store.writing() as transaction:
                transaction.tasks.save_project(server, _PROJECT, schema.hash)
                tasks = {number: document_id(text) for number, text in enumerate(self.texts, start=1)}
                transaction.tasks.save(server, _PROJECT, tasks)
                transaction.revisions.save_annotators({annotator_key(server, 1): "a@example.org"})

    @property
    def secret(self) -> str:
        """The hook's secret."""
        return shared_secrets(self.context).hook_secret

    def body(self) -> bytes:
        """Return the delivery of a new annotation, 6 kB as most are, of the next document in turn."""
        number = self._annotations % len(self.texts)
        self._annotations += 1
        text, task = self.texts[number], number + 1
        now = "2026-11-27T12:00:00.000000Z"
        annotation = {
            "id": self._annotations,
            "task": task,
            "project": _PROJECT,
            "completed_by": 1,
            "updated_by": None,
            "was_cancelled": False,
            "ground_truth": False,
            "lead_time": 31.5,
            "created_at": now,
            "updated_at": now,
            "parent_prediction": None,
            "result": [_region(text, at) for at in range(_REGIONS)],
        }
        data = {"document": document_id(text), "text": text}
        project: dict[str, object] = {"id": _PROJECT, "title": "curator"}
        body = {
            "action": "ANNOTATION_CREATED",
            "annotation": annotation,
            "task": {"id": task, "project": _PROJECT, "data": data, "meta": {}, "is_labeled": True},
            "project": project,
        }
        lacking = _BYTES - len(json.dumps(body).encode())
        project["label_config"] = "x" * max(0, lacking)
        return json.dumps(body).encode()


def _region(text: str, at: int) -> dict[str, object]:
    start = at * (len(text) // _REGIONS)
    span = text[start : start + 7]
    start += len(span) - len(span.lstrip())
    value = {"start": start, "end": start + len(span.strip()), "text": span.strip(), "labels": ["PER"]}
    return {"id": f"r{at}", "from_name": "entities", "to_name": "text", "type": "labels", "value": value}


def _silent(*_: object) -> None:
    return None
