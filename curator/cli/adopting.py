"""`curator import --label-studio`: a project adopted in place, and what came of it."""

from pathlib import Path
from typing import Any

from curator.bootstrap.context import Context
from curator.cli.output import flat, progress, report, say
from curator.steps.desk.adopt import Adopted, LeftOut

_LISTS = ("without_text", "other_language", "unreadable", "edited", "quarantined", "keys_refused")
_SHOWN = 20


def run(context: Context, project: int, write_keys: bool, propose: Path | None, as_json: bool) -> int:
    """Adopt a project, or propose its schema, and report; 3 where anything of it was left out, else 0."""
    from curator.bootstrap.adopting import adopt

    with progress("adopt") as tell:
        adopted = adopt(context, project, write_keys=write_keys, propose=propose, say=say, progress=tell)
    for control in adopted.controls:
        say(flat(f"left out: {control}: a label schema cannot say what it does"))
    if adopted.proposed:
        say(f'look through it, then set `label_schema = "{adopted.proposed}"` and adopt the project')
        report({"project": adopted.project, "proposed": adopted.proposed}, as_json)
        return 0
    _tell(adopted)
    report(_value(adopted, as_json), as_json)
    return 3 if adopted.left_out or adopted.stopped else 0


def _tell(adopted: Adopted) -> None:
    if adopted.reason:
        say(f"{adopted.reason}. Annotations arrive by reconciliation only: run `curator sync` regularly")
    for twins in adopted.twins:
        tasks = ", ".join(map(str, twins.tasks))
        say(f"tasks {tasks} have the same text: their annotations are all of document {twins.document}")
    for name in _LISTS:
        left: list[LeftOut] = getattr(adopted, name)
        for item in left[:_SHOWN]:
            annotation = f", annotation {item.annotation}" if item.annotation else ""
            say(flat(f"{name.replace('_', ' ')}: task {item.task}{annotation}: {item.cause}: {item.remedy}"))
        if len(left) > _SHOWN:
            say(f"{name.replace('_', ' ')}: {len(left) - _SHOWN} more, which --json names")
    if adopted.stopped:
        say(f"curator: {adopted.stopped}")
    if not adopted.is_new:
        say(flat(f"project {adopted.project} ({adopted.title}) is adopted already, and nothing in it is new"))


def _value(adopted: Adopted, as_json: bool) -> dict[str, Any]:
    value: dict[str, Any] = {
        "project": adopted.project,
        "tasks": adopted.tasks,
        "documents": adopted.documents,
        "annotations": adopted.annotations,
        "skipped": adopted.skipped,
        "predictions": adopted.predictions,
        "changed": adopted.changed,
        "keys_written": adopted.keys_written,
        "webhook": adopted.webhook,
    }
    twins = [twins.value() for twins in adopted.twins]
    lists = {name: [item.value() for item in getattr(adopted, name)] for name in _LISTS}
    named = {"twins": twins, **lists, "left_out": list(adopted.controls)}
    return value | (named if as_json else {name: len(items) for name, items in named.items()})
