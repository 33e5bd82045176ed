"""Fill the store of a workspace in the current folder in one of two orders and export it: `python -m … ORDER`."""

import json
import sys
from pathlib import Path

from curator.bootstrap.context import Context
from curator.bootstrap.init import init
from curator.bootstrap.stores import open_store
from curator.bootstrap.workspace import Workspace
from curator.cli.main import main
from curator.domain.canonical import document_id
from tests.conftest import ROOT
from tests.fakes.annotations import annotation_state, identity
from tests.fakes.parts import region

NAMES = ("Élise", "İpek", "Zoé", "Ærø", "ß-Straße", "émir", "Œdipe", "ångström")
TEXTS = {
    f"{at}.jsonl": f"{name} a quitté Paris lundi, selon le préfet de la région {at} et les témoins du port."
    for at, name in enumerate(NAMES)
}


def fill_and_export(folder: Path, order: str) -> int:
    """Take in the texts, have two annotators mark them, both in the order asked for, export, and verify."""
    paths = sorted(TEXTS, reverse=order == "backward")
    for path in paths:
        meta = {"é": path, "a": [1.5, None], "İ": {"z": 1, "y": 2}}
        line = json.dumps({"text": TEXTS[path], "lang": "fr", "meta": meta})
        (folder / path).write_text(line, encoding="utf-8")
    context = Context(Workspace(folder / ".curator"), ROOT / "configs" / "curator.toml")
    init(context, lambda _: None)
    with open_store(context) as store, store.writing() as transaction:
        transaction.settings.put("salt", "the same for all")
    options = ["--config", str(context.config)]
    if main([*options, "ingest", *paths]) != 0:
        return 1
    with open_store(context) as store:
        for path in paths:
            document, number = document_id(TEXTS[path]), 2 * sorted(TEXTS).index(path)
            place = TEXTS[path].index("Paris")
            marked = [region(place, place + 5, "GPE"), region(0, TEXTS[path].index(" a "), "PER"), region(2, 4, "X")]
            states = [
                annotation_state(identity(number + user), marked[: 1 + user], user=user, updated_at=f"2026-01-0{user}")
                for user in (1, 2)
            ]
            for state in states if order == "forward" else reversed(states):
                with store.writing() as transaction:
                    transaction.revisions.append(state.identity, document, state)
    return main([*options, "export", "news"]) or main([*options, "datasets", "verify", "news@1"])


if __name__ == "__main__":
    sys.exit(fill_and_export(Path(), sys.argv[1]))
