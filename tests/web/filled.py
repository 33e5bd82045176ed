"""A store with something of everything, and the application that shows it."""

from pathlib import Path
from typing import Any

from flask import Flask

from curator.bootstrap.reading import READ_ANNOTATION
from curator.domain.annotation import annotator_key
from curator.domain.policy import Policy
from curator.files.versions import VersionFolder
from curator.steps.curation.decide import Rules
from curator.steps.datasets.comparing.diff_pages import DiffPages
from curator.steps.datasets.comparing.version_changes import VersionHistory
from curator.steps.datasets.freeze import Frozen, freeze
from curator.store.views.overview import SqlOverview
from curator.web.application import Parts, create_app
from curator.web.dashboard import Dashboard
from curator.web.doors.pages import PagesDoor
from tests.fakes.parts import link, raw, region
from tests.fakes.world import World

SCRIPT = "<script>document.title='owned'</script>"
HOSTILE = f"Paris dit {SCRIPT} à Marie <img src=x onerror=alert(1)>"
NESTED = "Marie Curie attaque Paris puis Lyon"
EVIL = '"><script>alert(1)</script>@example.org'


def application(world: World, folder: Path, door: PagesDoor | None = None, webhook_port: int = 0) -> Flask:
    """Return the application with its dashboard, on a world's store and the versions in a folder."""
    overview = SqlOverview(world.sql, world.sql_inbox, READ_ANNOTATION)
    storage = VersionFolder(folder)
    differences = DiffPages(storage, lambda: world.store).page
    part = Dashboard(lambda: overview, VersionHistory(storage).changes, door, differences)
    return create_app(Parts(world.inbox, "secret", 1 << 20, lambda: None, lambda: "", part, webhook_port=webhook_port))


def export(world: World, folder: Path, name: str = "news") -> Frozen:
    return freeze(
        name,
        store=world.store,
        storage=VersionFolder(folder),
        rules=Rules(Policy("latest"), False, "salt"),
        read_content=READ_ANNOTATION,
        as_of=None,
        code_version="0",
    )


def fill(world: World, folder: Path) -> dict[str, int]:
    """Put documents in every state into a world, with two versions and a model; returns the tasks by their texts."""
    texts = [HOSTILE, NESTED, "Rien à Dakar", "Berlin attend", "Rome passe"]
    meta: dict[str, Any] = {SCRIPT: [SCRIPT], "title": "L'été <b>"}
    world.ingest(*(raw(f"{SCRIPT}{number}.txt", text, meta=meta) for number, text in enumerate(texts)))
    world.preannotate()
    world.push()
    tasks = {str(ref.text): task for task, ref in world.server.known_tasks(world.project).items()}
    evil = world.server.add_user(EVIL)
    world.server.annotate(tasks[HOSTILE], [region(0, 5, "PER")], user=evil, lead_time=20.0)
    world.deliver()
    export(world, folder)
    nested = [
        region(0, 11, "PER", id="a"),
        region(0, 11, "PER", id="b"),
        region(6, 11, "GPE", id="c"),
        region(0, 25, "ATTACK", "events", id="d"),
        region(12, 19, "ATTACK", "events", id="e"),
        region(20, 25, "GPE", id="f"),
        link("e", "f"),
        link("e", "a", "agent"),
    ]
    world.server.annotate(tasks[NESTED], nested, user=evil, lead_time=40.0)
    world.deliver()
    export(world, folder)
    world.server.annotate(tasks["Rien à Dakar"], [], lead_time=4.0)
    world.server.annotate(tasks["Rome passe"], [], was_cancelled=True)
    world.deliver()
    world.deliver(b'{"action": "SOMETHING"}')
    world.ingest("Oslo sans tâche")
    with world.store.writing() as transaction:
        scores = {"ents_f": 0.8, "ents_p": 0.75, "ents_r": 0.86, "speed": 1e4, "spans_events_f": None}
        transaction.models.add("news-v2-abc", "news", 2, "models/news", scores)
        names = {annotator_key("fake", user): email for user, email in world.server.users().items()}
        transaction.revisions.save_annotators(names)
    return tasks
