"""A project that people made in Label Studio without curator, and what its API says of it, worked out here anew."""

import hashlib
import unicodedata
from dataclasses import dataclass
from typing import Any

import httpx

from tests.e2e.agreement import Facts

CONFIG = """
<View>
  <!-- made by hand -->
  <Labels name="noms" toName="corps"><Label value="PERS" background="red"/><Label value="LIEU" hotkey="l"/></Labels>
  <Labels name="faits" toName="corps"><Label value="ATTAQUE" background="#a00"/></Labels>
  <Relations><Relation value="auteur"/><Relation value="lieu"/></Relations>
  <Text name="corps" value="$body" granularity="symbol"/>
  <Choices name="doute" toName="corps" perRegion="true"><Choice value="oui"/><Choice value="non"/></Choices>
  <Choices name="qualite" toName="corps"><Choice value="bonne"/><Choice value="mauvaise"/></Choices>
  <TextArea name="remarque" toName="corps" perRegion="true"/>
  <Rating name="etoiles" toName="corps"/>
</View>
"""
PLAIN = "Le maire Luc Ferrand a quitté Bangui mardi soir, sous escorte de l'armée."
CRLF = "À Gao, deux soldats ont été tués.\r\nL'attaque a visé Idriss Morel, le préfet.\r\nLa ville est calme."
NFD = unicodedata.normalize("NFD", "La ministre Élise Théroux a dénoncé à Nîmes la frappe de dimanche dernier.")
BOM = "\ufeffAli Zeïn est arrivé à Tripoli, où la trêve tient depuis lundi."
ENGLISH = "The army said on Monday that its soldiers had left the town after the attack on the bridge."
LATER = "Des hommes armés ont attaqué Ménaka.\r\nLe gouverneur Sékou Ba a été blessé pendant l'assaut."


def canonical(text: str) -> str:
    """Return what a text is without byte-order mark, carriage returns and decomposed letters."""
    return unicodedata.normalize("NFC", text.removeprefix("\ufeff").replace("\r\n", "\n"))


def document(text: str) -> str:
    return hashlib.sha256(canonical(text).encode("utf-8")).hexdigest()[:24]


def region(text: str, words: str, control: str, label: str, name: str = "") -> dict[str, Any]:
    """Return a region on words of a text, by the offsets that it has there."""
    start = text.index(words)
    value = {"start": start, "end": start + len(words), "text": words, "labels": [label]}
    made = {"id": name or f"{control}-{start}", "from_name": control, "to_name": "corps", "type": "labels"}
    return {**made, "value": value}


def arrow(head: str, child: str, label: str) -> dict[str, Any]:
    return {"type": "relation", "from_id": head, "to_id": child, "direction": "right", "labels": [label]}


def choice(control: str, value: str, on: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return a choice, of a region or of the whole text."""
    place = {} if on is None else {border: on["value"][border] for border in ("start", "end")}
    made = {"id": "whole" if on is None else on["id"], "from_name": control, "to_name": "corps", "type": "choices"}
    return {**made, "value": {**place, "choices": [value]}}


@dataclass
class ByHand:
    """A project in Label Studio, through its API alone."""

    http: httpx.Client
    number: int

    @classmethod
    def make(cls, http: httpx.Client) -> "ByHand":
        fields = {"title": "Dépêches de la rédaction", "description": "à la main", "label_config": CONFIG}
        more = {
            "expert_instruction": "<b>Tout annoter</b>",
            "sampling": "Sequential sampling",
            "maximum_annotations": 2,
        }
        return cls(http, int(http.post("/api/projects/", json={**fields, **more}).raise_for_status().json()["id"]))

    def add(self, *tasks: dict[str, Any]) -> list[int]:
        params = {"return_task_ids": "true"}
        answer = self.http.post(f"/api/projects/{self.number}/import", json=list(tasks), params=params)
        ids: list[int] = answer.raise_for_status().json()["task_ids"]
        return ids

    def annotate(self, task: int, result: list[Any], **fields: Any) -> int:
        answer = self.http.post(f"/api/tasks/{task}/annotations/", json={"result": result, **fields})
        return int(answer.raise_for_status().json()["id"])

    def change(self, annotation: int, **fields: Any) -> None:
        self.http.patch(f"/api/annotations/{annotation}/", json=fields).raise_for_status()

    def delete(self, annotation: int) -> None:
        self.http.delete(f"/api/annotations/{annotation}/").raise_for_status()

    def set_data(self, task: int, **data: Any) -> None:
        self.http.patch(f"/api/tasks/{task}/", json={"data": data}).raise_for_status()

    def tasks(self) -> list[dict[str, Any]]:
        query: dict[str, str | int] = {"project": self.number, "fields": "all", "page_size": 1000}
        tasks: list[dict[str, Any]] = self.http.get("/api/tasks", params=query).raise_for_status().json()["tasks"]
        return sorted(tasks, key=lambda task: int(task["id"]))

    def whole(self) -> dict[str, Any]:
        """Return all that the API says of the project, its tasks, annotations and predictions, but for its webhooks."""
        project = self.http.get(f"/api/projects/{self.number}/").raise_for_status().json()
        tasks = {task["id"]: self.http.get(f"/api/tasks/{task['id']}/").json() for task in self.tasks()}
        for task in tasks.values():
            for part in (*task["annotations"], *task["predictions"]):
                # How long ago it was made, in words.
                part.pop("created_ago", None)
        return {"project": project, "tasks": tasks}

    def facts(self) -> Facts:
        """Return what the API says of each annotation of a text, by its id, in offsets of the canonical text."""
        people = {user["id"]: user["email"] for user in self.http.get("/api/users/").raise_for_status().json()}
        return {
            annotation["id"]: _facts(task, annotation, people)
            for task in self.tasks()
            if task["data"].get("body") not in (None, ENGLISH)
            for annotation in task["annotations"]
        }


def _facts(task: dict[str, Any], annotation: dict[str, Any], people: dict[int, str]) -> dict[str, Any]:
    raw, result = task["data"]["body"], annotation["result"] or []
    spans = {}
    for item in result:
        if item["type"] == "labels":
            start, end = (len(canonical(raw[: item["value"][border]])) for border in ("start", "end"))
            words = canonical(raw)[start:end]
            assert words == canonical(item["value"]["text"])
            spans[item["id"]] = (item["from_name"], start, end, item["value"]["labels"][0], words)
    names = {region: f"{layer}:{start}-{end}:{label}" for region, (layer, start, end, label, _) in spans.items()}
    return {
        "document": document(raw),
        "task": task["id"],
        "annotator": people[annotation["completed_by"]],
        "skipped": annotation["was_cancelled"],
        "ground_truth": annotation["ground_truth"],
        "lead_time": annotation["lead_time"],
        "created_at": annotation["created_at"],
        "updated_at": annotation["updated_at"],
        "spans": set(spans.values()),
        "relations": {
            (names[item["from_id"]], names[item["to_id"]], label, item["direction"])
            for item in result
            if item["type"] == "relation"
            for label in item["labels"]
        },
        "attributes": {
            (names.get(item["id"], "document"), item["from_name"], str(item["value"]["choices"]))
            for item in result
            if item["type"] == "choices"
        },
    }
