"""A project that people made without curator, adopted from the real Label Studio, and left as it is."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml

from curator.bootstrap.context import Context
from curator.bootstrap.workspace import Workspace
from curator.cli.adopting import run
from curator.domain.errors import CuratorError
from tests.conftest import ROOT, RunningLabelStudio, free_port
from tests.e2e.agreement import Facts, record_attributes, record_relations, record_spans
from tests.e2e.by_hand import BOM, CRLF, ENGLISH, LATER, NFD, PLAIN, ByHand, arrow, choice, document, region
from tests.e2e.conftest import Curator, article, environment, wait_until_ready
from tests.e2e.relay import Relay
from tests.waiting import HANG_SECONDS, wait_until

PICTURES = (
    '<View><Image name="image" value="$image"/>'
    '<Choices name="c" toName="image"><Choice value="a"/><Choice value="b"/></Choices></View>'
)


@dataclass
class Adoption:
    """A project made by hand, with two annotators and tasks of every kind, and a curator beside it."""

    curator: Curator
    hand: ByHand
    relay: Relay
    port: int
    tasks: dict[str, int]
    twin: int
    bare: int
    first: int

    def adopt(self, code: int, *, write_keys: bool = False, propose: Path | None = None) -> dict[str, Any]:
        out = io.StringIO()
        own = {name: value for name, value in self.curator.env.items() if name.startswith("CURATOR_")}
        context = Context(Workspace(Path(own["CURATOR_WORKSPACE"])), Path("configs/curator.toml"))
        with mock.patch.dict(os.environ, own), chdir(ROOT), redirect_stdout(out), redirect_stderr(io.StringIO()):
            assert run(context, self.hand.number, write_keys, propose, True) == code
        value: dict[str, Any] = json.loads(out.getvalue())
        return value

    def stored(self) -> Facts:
        """Return what the store says of the project's annotations."""
        same = ("document", "task", "annotator", "skipped", "ground_truth", "lead_time", "created_at", "updated_at")
        return {
            annotation["annotation"]: {
                **{key: annotation[key] for key in same},
                "spans": record_spans(annotation),
                "relations": record_relations(annotation),
                "attributes": record_attributes(annotation),
            }
            for annotation in self.curator.annotations()
            if annotation["project"] == self.hand.number
        }

    def agrees(self) -> bool:
        return self.stored() == self.hand.facts()


@pytest.fixture
def adoption(tmp_path: Path, label_studio: RunningLabelStudio) -> Iterator[Adoption]:
    port = free_port()
    relay = Relay(f"http://127.0.0.1:{port}")
    settings = {
        "CURATOR_LABEL_STUDIO__URL": label_studio.url,
        "CURATOR_LABEL_STUDIO__TOKEN": label_studio.token,
        "CURATOR_HOOK__PORT": str(port),
        "CURATOR_HOOK__PUBLIC_URL": relay.url,
        "CURATOR_LABEL_SCHEMA": str(tmp_path / "proposed.yaml"),
    }
    curator = Curator(tmp_path, environment(tmp_path, **settings))
    hand = ByHand.make(label_studio.http)
    yield filled(curator, hand, relay, port)
    relay.close()
    label_studio.http.delete(f"/api/projects/{hand.number}/").raise_for_status()


def filled(curator: Curator, hand: ByHand, relay: Relay, port: int) -> Adoption:
    """Have two annotators work in the project, the first one from a prediction."""
    email = f"anne-{hand.number}@example.org"
    answer = hand.http.post("/api/users/", json={"email": email, "username": f"anne-{hand.number}"})
    anne = int(answer.raise_for_status().json()["id"])
    lieu = {**region(CRLF, "Gao", "noms", "LIEU"), "score": 0.75}
    prediction = {"model_version": "camembert-2", "score": 0.5, "result": [lieu]}
    data = [{"body": text, "titre": f"Dépêche {at}"} for at, text in enumerate((PLAIN, CRLF, NFD, BOM))]
    made: list[dict[str, Any]] = [{"data": fields} for fields in data]
    made[1]["predictions"] = [prediction]
    *texts, twin, english = hand.add(*made, {"data": {"body": PLAIN}}, {"data": {"body": ENGLISH}})
    # Without the text's field Label Studio imports none, but anybody may take it away.
    (bare,) = hand.add({"data": {"body": "x"}})
    hand.set_data(bare, titre="sans texte")
    tasks = {**dict(zip((PLAIN, CRLF, NFD, BOM), texts, strict=True)), ENGLISH: english}
    luc, bangui = region(PLAIN, "Luc Ferrand", "noms", "PERS"), region(PLAIN, "Bangui", "noms", "LIEU")
    parts = [luc, bangui, choice("doute", "oui", luc), choice("qualite", "bonne")]
    hand.annotate(tasks[PLAIN], parts, lead_time=12.5, ground_truth=True)
    hand.annotate(tasks[PLAIN], [], was_cancelled=True, completed_by=anne)
    started = hand.http.get(f"/api/tasks/{tasks[CRLF]}/").json()["predictions"][0]["id"]
    tues, gao = region(CRLF, "L'attaque", "faits", "ATTAQUE"), region(CRLF, "Gao", "noms", "LIEU")
    idriss = region(CRLF, "Idriss Morel", "noms", "PERS")
    parts = [gao, idriss, tues, arrow(tues["id"], gao["id"], "lieu"), arrow(tues["id"], idriss["id"], "auteur")]
    first = hand.annotate(tasks[CRLF], parts, parent_prediction=started, completed_by=anne)
    nfd = region(NFD, NFD[NFD.index("E") : NFD.index(" a de")], "noms", "PERS")
    hand.annotate(tasks[NFD], [nfd], completed_by=anne)
    hand.annotate(tasks[BOM], [region(BOM, "Tripoli", "noms", "LIEU")])
    hand.annotate(twin, [region(PLAIN, "l'armée", "faits", "ATTAQUE")], completed_by=anne)
    return Adoption(curator, hand, relay, port, tasks, twin, bare, first)


def test_what_cannot_be_adopted_is_refused_in_one_line_and_nothing_is_written(adoption: Adoption) -> None:
    curator, hand = adoption.curator, adoption.hand
    curator.env["CURATOR_LABEL_SCHEMA"] = str(ROOT / "configs" / "labels.yaml")
    with pytest.raises(CuratorError, match="the label schema lacks layer noms, layer faits") as refused:
        adoption.adopt(0)
    assert f"curator import --label-studio {hand.number} --propose FILE" in refused.value.remedy
    assert not Path(curator.env["CURATOR_WORKSPACE"]).exists()
    proposed = curator.folder / "proposed.yaml"
    adoption.adopt(0, propose=proposed)
    assert not Path(curator.env["CURATOR_WORKSPACE"]).exists()
    curator.env["CURATOR_LABEL_SCHEMA"] = str(proposed)
    assert adoption.adopt(3)["annotations"] == 6
    own = curator.json("push")["project"]
    pictures = hand.http.post("/api/projects/", json={"title": "Images", "label_config": PICTURES}).json()["id"]
    for number, what in ((own, "made this project itself"), (pictures, "Image image"), (10**6, "no such project")):
        with pytest.raises(CuratorError, match=what):
            replace(adoption, hand=replace(hand, number=number)).adopt(0)


def test_a_schema_is_proposed_beside_the_one_in_force(adoption: Adoption) -> None:
    curator = adoption.curator
    curator.env["CURATOR_LABEL_SCHEMA"] = str(ROOT / "configs" / "labels.yaml")
    assert curator.json("ingest", article(curator.folder))["documents"] == 1
    proposed = curator.folder / "proposed.yaml"
    adoption.adopt(0, propose=proposed)
    curator.env["CURATOR_LABEL_SCHEMA"] = str(proposed)
    assert adoption.adopt(3)["annotations"] == 6
    assert adoption.stored().keys() == adoption.hand.facts().keys()
    assert curator.json("push")["tasks"] == 1


@pytest.fixture
def serve(adoption: Adoption) -> Iterator[Callable[[], None]]:
    """Return what starts the hook, once there is something to serve."""
    curator, started = adoption.curator, []

    def start() -> None:
        log = (curator.folder / "hook.log").open("wb")
        command = [sys.executable, "-m", "curator", "serve"]
        started.append(subprocess.Popen(command, cwd=ROOT, env=curator.env, stdout=log, stderr=log))
        log.close()
        wait_until_ready(f"http://127.0.0.1:{adoption.port}/readyz", started[0])

    yield start
    for hook in started:
        hook.terminate()
        hook.wait(HANG_SECONDS)


def test_a_project_is_adopted_followed_and_left_as_it_is(adoption: Adoption, serve: Callable[[], None]) -> None:
    hand, curator, tasks = adoption.hand, adoption.curator, adoption.tasks
    proposed = Path(curator.env["CURATOR_LABEL_SCHEMA"])
    before = hand.whole()
    assert adoption.adopt(0, propose=proposed)["proposed"] == str(proposed)
    schema = yaml.safe_load(proposed.read_text("utf-8"))
    assert [layer["name"] for layer in schema["layers"]] == ["noms", "faits"]
    assert [kind["name"] for kind in schema["attributes"]] == ["doute", "qualite", "remarque"]
    with pytest.raises(CuratorError, match="there already"):
        adoption.adopt(0, propose=proposed)
    report = adoption.adopt(3)
    assert (report["tasks"], report["documents"], report["annotations"], report["skipped"]) == (5, 4, 6, 1)
    assert (report["predictions"], report["webhook"], report["left_out"]) == (1, "created", ["Rating etoiles"])
    assert [left["task"] for left in report["without_text"]] == [adoption.bare]
    assert [left["task"] for left in report["other_language"]] == [tasks[ENGLISH]]
    assert report["twins"] == [{"document": document(PLAIN), "tasks": [tasks[PLAIN], adoption.twin]}]
    assert (report["unreadable"], report["edited"], report["quarantined"]) == ([], [], [])
    assert adoption.agrees()
    assert hand.whole() == before
    again = adoption.adopt(3)
    assert [again[key] for key in ("tasks", "documents", "annotations", "predictions", "changed")] == [0] * 5
    assert again["webhook"] == "kept"
    own = curator.json("push")
    assert (own["project"] != hand.number, own["tasks"], own["predictions"]) == (True, 0, 0)
    assert curator.json("sync", "--full")["applied"] == 0
    assert hand.whole() == before
    assert curator.json("export", "news")["documents"] == 4
    for number, record in curator.records("news", 1).items():
        words = [record["text"][span["start"] : span["end"]] for span in record["spans"]["noms"]]
        assert words == [span["text"] for span in record["spans"]["noms"]], number
    serve()
    _deliveries(adoption)
    _losses(adoption)


def _deliveries(adoption: Adoption) -> None:
    """What people do from then on arrives by webhook."""
    hand, tasks = adoption.hand, adoption.tasks
    made = hand.annotate(tasks[NFD], [region(NFD, NFD[NFD.index(" N") + 1 : NFD.index(" la fr")], "noms", "LIEU")])
    hand.change(adoption.first, result=[region(CRLF, "La ville", "noms", "LIEU")])
    wait_until(lambda: made in adoption.stored() and adoption.agrees())
    hand.delete(made)
    wait_until(lambda: made not in adoption.stored())
    assert adoption.agrees()
    assert adoption.curator.json("sync")["applied"] == 0


def _losses(adoption: Adoption) -> None:
    """What no webhook brought, and tasks that are new, are there after one sync."""
    hand, tasks, curator = adoption.hand, adoption.tasks, adoption.curator
    adoption.relay.holding = True
    (later,) = hand.add({"data": {"body": LATER}})
    hand.annotate(later, [region(LATER, "Sékou Ba", "noms", "PERS")])
    hand.annotate(tasks[BOM], [], was_cancelled=True)
    hand.change(adoption.first, result=[region(CRLF, "Idriss Morel", "noms", "PERS")], ground_truth=True)
    gone = next(number for number, facts in hand.facts().items() if facts["task"] == adoption.twin)
    hand.delete(gone)
    assert not adoption.agrees()
    report = curator.json("sync")
    assert report["missed"] == {"created": 2, "updated": 1, "deleted": 1, "tasks_deleted": 0}
    assert adoption.agrees()
    assert curator.json("sync", "--full")["applied"] == 0
    assert curator.json("push")["tasks"] == 0
    # An edited text is left alone by name, and what is there of it stays.
    held = adoption.stored()
    hand.set_data(tasks[PLAIN], body="Un tout autre texte, écrit après.", titre="Dépêche 0")
    assert [left["task"] for left in curator.json("sync")["foreign"]] == [tasks[PLAIN]]
    assert adoption.stored() == held
    hand.set_data(tasks[PLAIN], body=PLAIN, titre="Dépêche 0")
    assert curator.json("sync")["foreign"] == []
    assert adoption.agrees()


def test_our_key_is_written_where_that_is_wanted(adoption: Adoption, serve: Callable[[], None]) -> None:
    hand = adoption.hand
    adoption.adopt(0, propose=Path(adoption.curator.env["CURATOR_LABEL_SCHEMA"]))
    before = hand.whole()
    report = adoption.adopt(3, write_keys=True)
    assert (report["annotations"], report["keys_written"], report["keys_refused"]) == (6, 5, [])
    after = hand.whole()
    for number, task in after["tasks"].items():
        was = before["tasks"][number]
        body = task["data"].get("body")
        expected = was["data"] if body in (None, ENGLISH) else {**was["data"], "document": document(body)}
        assert task["data"] == expected
        moved = {"data": None, "updated_at": None, "updated_by": None}
        assert {**task, **moved} == {**was, **moved}
    assert after["project"] == before["project"]
    assert adoption.adopt(3, write_keys=True)["keys_written"] == 0
    assert adoption.agrees()
    serve()
    made = hand.annotate(adoption.tasks[CRLF], [region(CRLF, "préfet", "noms", "PERS")])
    wait_until(lambda: made in adoption.stored())
    adoption.relay.holding = True
    hand.delete(made)
    assert adoption.curator.json("sync")["missed"]["deleted"] == 1
    assert adoption.agrees()
    assert adoption.curator.json("sync", "--full")["applied"] == 0
