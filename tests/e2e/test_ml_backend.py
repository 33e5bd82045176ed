"""Tasks that were imported by hand get predictions, fetched by the real Label Studio from the running hook."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from curator.store.database import SqlStore
from curator.store.engines import open_file
from tests.conftest import RunningLabelStudio, free_port
from tests.e2e.conftest import Curator, article, environment
from tests.e2e.studio_page import StudioPage
from tests.e2e.test_doctor import failing, served

BY_HAND = [
    "😀 Emmanuel Macron a rencontré Joe Biden à Paris.\r\n\r\n👩‍👩‍👧‍👦 L'armée a bombardé Tripoli, en Libye.\r\n",
    "\ufeffE\u0301lyse\u0301e : Emmanuel Macron s’est rendu a\u0300 Orle\u0301ans et a\u0300 Bamako, Mali.\r🇫🇷 à Kiev",
    "Le\u00a0président Vladimir\u00a0Poutine a déclaré mardi que 10\u202f000 soldats quittaient Kiev. <b>Moscou</b>",
    "",
]


class Desk:
    """curator with a project in Label Studio, its hook while `running` is open, and Label Studio's API."""

    def __init__(self, curator: Curator, http: httpx.Client, running: ExitStack) -> None:
        self.curator = curator
        self.http = http
        self.running = running
        self.project = int(curator.json("credentials")["project_id"])

    def backends(self) -> list[dict[str, Any]]:
        backends: list[dict[str, Any]] = self.http.get("/api/ml/", params={"project": self.project}).json()
        return backends

    def by_hand(self, *texts: str) -> list[int]:
        """Import texts as somebody does who knows nothing of curator."""
        body = [{"text": text} for text in texts]
        params = {"return_task_ids": "true"}
        answer = self.http.post(f"/api/projects/{self.project}/import", params=params, json=body).raise_for_status()
        ids: list[int] = answer.json()["task_ids"]
        return ids

    def open(self, task: int) -> dict[str, Any]:
        """Return a task as Label Studio's page gets it when somebody clicks it."""
        opened: dict[str, Any] = self.http.get(f"/api/tasks/{task}").raise_for_status().json()
        return opened

    def act(self, action: str, selected: dict[str, Any]) -> dict[str, Any]:
        """Choose an action on tasks of the list, as its menu does."""
        params: dict[str, str | int] = {"id": action, "project": self.project}
        body = {"selectedItems": selected, "filters": {"conjunction": "and", "items": []}, "ordering": []}
        answer = self.http.post("/api/dm/actions", params=params, json=body).raise_for_status()
        done: dict[str, Any] = answer.json()
        return done

    def predictions(self) -> dict[int, list[dict[str, Any]]]:
        """Return every task's predictions without asking for any; how long ago they were made is left out."""
        params: dict[str, Any] = {"project": self.project, "fields": "all", "page_size": 1000}
        tasks = self.http.get("/api/tasks", params=params).raise_for_status().json()["tasks"]
        return {
            task["id"]: [
                {key: prediction[key] for key in prediction.keys() - {"created_ago"}}
                for prediction in task["predictions"]
            ]
            for task in tasks
        }


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, label_studio: RunningLabelStudio) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("ml")
    settings = {
        "CURATOR_LABEL_STUDIO__URL": label_studio.url,
        "CURATOR_LABEL_STUDIO__TOKEN": label_studio.token,
        "CURATOR_HOOK__PORT": str(free_port()),
    }
    curator = Curator(folder, environment(folder, **settings))
    curator.run("ingest", article(folder))
    curator.run("preannotate")
    assert curator.json("push")["ml_backend"] == "refused"
    with ExitStack() as running:
        running.enter_context(served(curator))
        assert curator.json("push")["ml_backend"] == "connected"
        yield Desk(curator, label_studio.http, running)


def check(prediction: dict[str, Any], text: str) -> list[str]:
    """Return the words of a prediction's regions, which must be those of the text."""
    words = []
    for item in prediction["result"]:
        value = item["value"]
        assert text[value["start"] : value["end"]] == value["text"]
        assert value["text"] == value["text"].strip()
        words.append(value["text"])
    return words


def test_push_connects_the_ml_backend_once_with_its_log_in_and_no_second_webhook(desk: Desk) -> None:
    (backend,) = desk.backends()
    assert (backend["title"], backend["state"], backend["is_interactive"]) == ("curator", "CO", False)
    assert backend["basic_auth_pass_is_set"]
    hooks = desk.http.get("/api/webhooks/", params={"project": desk.project}).json()
    assert [hook["url"].endswith("/webhooks/label-studio") for hook in hooks] == [True]
    assert desk.curator.json("push")["ml_backend"] == "kept"
    assert [backend["id"] for backend in desk.backends()] == [backend["id"]]
    assert failing(desk.curator) == {}
    project = desk.http.get(f"/api/projects/{desk.project}/").json()
    assert project["model_version"] == backend["model_version"]
    versions = desk.http.get(f"/api/ml/{backend['id']}/versions").raise_for_status().json()
    assert versions == {"versions": [backend["model_version"]]}


def test_a_task_imported_by_hand_is_predicted_when_it_is_opened(desk: Desk) -> None:
    version = desk.backends()[0]["model_version"]
    predicted = []
    for task, text in zip(desk.by_hand(*BY_HAND[:3]), BY_HAND[:3], strict=True):
        opened = desk.open(task)
        assert opened["data"]["text"] == text
        (prediction,) = opened["predictions"]
        assert prediction["model_version"] == version
        predicted.append(check(prediction, text))
        (again,) = desk.open(task)["predictions"]
        assert again["id"] == prediction["id"]
    assert {"Paris", "Tripoli", "Emmanuel Macron", "Joe Biden"} <= set(predicted[0])
    assert {"Orle\u0301ans", "Bamako", "Kiev"} <= set(predicted[1])
    assert {"Vladimir\u00a0Poutine", "Kiev", "Moscou"} <= set(predicted[2])


def test_an_annotator_who_clicks_such_a_task_sees_the_right_words_marked(
    desk: Desk, label_studio: RunningLabelStudio, chromium: Browser
) -> None:
    (task,) = desk.by_hand(BY_HAND[0])
    with chromium.new_context(viewport={"width": 1400, "height": 1000}) as context:
        window = StudioPage(context.new_page(), label_studio.url, desk.project)
        window.log_in(label_studio.username, label_studio.password)
        window.page.goto(f"{label_studio.url}/projects/{desk.project}/data?task={task}")
        window.page.locator(".htx-highlight").first.wait_for()
        (prediction,) = desk.predictions()[task]
        spans = [item["value"] for item in prediction["result"]]
        window.wait_for_regions(len(spans))
        shown = window.regions()
    assert {(start, end, label) for start, end, label, _ in shown} == {
        (value["start"], value["end"], value["labels"][0]) for value in spans
    }
    assert [words for _, _, _, words in shown] == [BY_HAND[0][start:end] for start, end, _, _ in shown]


def test_retrieve_predictions_fills_in_all_at_once_and_doubles_nothing(desk: Desk) -> None:
    before = desk.predictions()
    (pushed,) = [task for task in before if desk.open(task)["data"].get("document")]
    new = desk.by_hand(*BY_HAND)
    assert all(desk.predictions()[task] == [] for task in new)
    desk.act("retrieve_tasks_predictions", {"all": True, "excluded": []})
    after = desk.predictions()
    assert {task: after[task] for task in before} == before
    assert len(after[pushed]) == 1
    for task, text in zip(new, BY_HAND, strict=True):
        (prediction,) = after[task]
        assert bool(check(prediction, text)) == bool(text)
    desk.act("retrieve_tasks_predictions", {"all": True, "excluded": []})
    assert desk.predictions() == after
    # The stream, which fetches nothing by itself, now starts from it.
    streamed = desk.act("next_task", {"all": False, "included": [new[0]]})
    assert [prediction["id"] for prediction in streamed["predictions"]] == [
        prediction["id"] for prediction in after[new[0]]
    ]


def test_a_pushed_prediction_that_was_deleted_comes_back_as_it_was(desk: Desk) -> None:
    (task,) = [task for task in desk.predictions() if desk.open(task)["data"].get("document")]
    (pushed,) = desk.open(task)["predictions"]
    desk.http.delete(f"/api/predictions/{pushed['id']}/").raise_for_status()
    (fetched,) = desk.open(task)["predictions"]
    assert fetched["id"] != pushed["id"]
    for key in ("result", "score", "model_version"):
        assert json.dumps(fetched[key]) == json.dumps(pushed[key])


def test_training_there_is_answered_and_nothing_breaks(desk: Desk) -> None:
    (backend,) = desk.backends()
    desk.http.post(f"/api/ml/{backend['id']}/train", json={}).raise_for_status()
    assert desk.backends()[0]["state"] == "CO"
    params = {"random": "true"}
    tested = desk.http.post(f"/api/ml/{backend['id']}/predict/test", params=params).raise_for_status().json()
    assert (tested["status"], len(tested["response"])) == (200, 1)


def test_a_wrong_log_in_is_detected_and_mended(desk: Desk) -> None:
    (backend,) = desk.backends()
    shown = desk.curator.json("credentials")
    changed = {"url": shown["ml_url"], "project": desk.project, "auth_method": "BASIC_AUTH"}
    log_in = {"basic_auth_user": shown["ml_username"], "basic_auth_pass": "wrong"}
    refused = desk.http.post("/api/ml/", json={**changed, **log_in})
    assert refused.status_code == 400
    assert "authentication parameters" in refused.text
    desk.running.close()
    engine = open_file(Path(desk.curator.env["CURATOR_WORKSPACE"]) / "store.sqlite3")
    with SqlStore(engine).writing() as transaction:
        assert transaction.settings.get("ml_password") == shown["ml_password"]
        transaction.settings.put("ml_password", "another")
    engine.dispose()
    desk.running.enter_context(served(desk.curator))
    assert failing(desk.curator) == {"ML backend": "curator push"}
    assert desk.curator.json("push")["ml_backend"] == "reconnected"
    assert failing(desk.curator) == {}
    assert desk.backends()[0]["id"] == backend["id"]


def test_a_task_opens_without_predictions_while_the_hook_is_down(desk: Desk) -> None:
    desk.running.close()
    (task,) = desk.by_hand(BY_HAND[0])
    assert desk.open(task)["predictions"] == []
    assert failing(desk.curator) == {"hook": "curator serve"}
    desk.running.enter_context(served(desk.curator))
    desk.curator.run("push")
    assert len(desk.open(task)["predictions"]) == 1
    log = (desk.curator.folder / "hook.log").read_text("utf-8")
    shown = desk.curator.json("credentials")
    assert not [secret for secret in (shown["ml_password"], shown["token"], "Macron") if secret in log]
