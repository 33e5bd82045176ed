"""Random lives of a project: what people do in Label Studio, and what the way to us does to the deliveries."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from curator.domain.annotation import AnnotationState, Identity
from curator.domain.canonical import document_id
from curator.domain.errors import CuratorError, ServerUnreachable
from tests.fakes.label_studio_rows import Rows
from tests.fakes.parts import link, region
from tests.fakes.world import World

TEXTS = ("Marie Curie est née à Varsovie.", "Paul vit à Lyon, Anne à Nice.", "Un texte sans rien.")
LATE_TEXTS = ("Tripoli se tait.", "Benghazi attend des nouvelles.")
RESULTS: Sequence[list[Any]] = (
    [],
    [region(0, 5, "PER")],
    [region(0, 4, "GPE"), region(6, 9, "ATTACK", "events"), link("r6-9-ATTACK", "r0-4-GPE")],
    [region(0, 4000, "PER"), region(0, 3, "NOBODY")],
)

Step = tuple[str, int, int]

_ACTS = {
    "submit": 8,
    "change": 6,
    "same_again": 2,
    "skip": 2,
    "skip_without_result": 2,
    "damage": 2,
    "mend": 2,
    "ground_truth": 1,
    "delete": 4,
    "delete_two": 1,
    "convert_to_draft": 1,
    "accept_predictions": 1,
    "delete_task": 3,
    "delete_all_tasks": 1,
    "patch_text": 1,
    "patch_key": 1,
    "patch_back": 2,
    "double_task": 1,
    "foreign_task": 1,
    "push_late": 2,
    "stand_still": 2,
    "move_on": 2,
    "hours_pass": 2,
}
_DELIVERIES = {
    "deliver": 8,
    "deliver_twice": 3,
    "deliver_last_first": 4,
    "deliver_old": 3,
    "lose": 3,
    "garbage": 1,
    "drain": 3,
    "drain_while_down": 1,
    "act_while_asked": 2,
    "sync": 2,
    "sync_while_working": 1,
}
_RESTORES = {"backup": 1, "restore": 1}


def steps(*, restores: bool = False) -> st.SearchStrategy[list[Step]]:
    weights = _ACTS | _DELIVERIES | (_RESTORES if restores else {})
    names = [name for name, weight in weights.items() for _ in range(weight)]
    number = st.integers(0, 7)
    return st.lists(st.tuples(st.sampled_from(names), number, number), min_size=4, max_size=40)


class Life:
    """Plays steps in a world, with syncs that may accept deletions, and keeps what the server ever said of each."""

    def __init__(self, world: World, *, accepting: bool = True, project: int | None = None) -> None:
        self.accepting = accepting
        self.world = world
        self.server = world.server
        self.project = project or world.project
        self.undelivered: list[bytes] = []
        self.sent: list[bytes] = []
        self.states: dict[Identity, list[AnnotationState]] = {}
        self.backup: Rows = self.server.backup()
        self.restored = False
        self.late = list(LATE_TEXTS)

    def play(self, steps: Sequence[Step]) -> None:
        for name, pick, choice in steps:
            getattr(self, f"_{name}")(pick, choice)
            self._listen()

    def _listen(self) -> None:
        bodies = self.server.take_outbox()
        self.undelivered += bodies
        self.sent += bodies
        for state, _ in self.server.annotations(self.project).values():
            seen = self.states.setdefault(state.identity, [])
            if state not in seen:
                seen.append(state)

    def _task(self, pick: int) -> int | None:
        tasks = sorted(self.server.known_tasks(self.project))
        return tasks[pick % len(tasks)] if tasks else None

    def _annotation(self, pick: int) -> int | None:
        numbers = sorted(self.server.annotations(self.project))
        return numbers[pick % len(numbers)] if numbers else None

    def _any_annotation(self, pick: int) -> int | None:
        numbers = sorted(self.server.keys(self.project))
        return numbers[pick % len(numbers)] if numbers else None

    # What people do.

    def _submit(self, pick: int, choice: int) -> None:
        if task := self._task(pick):
            self.server.annotate(task, RESULTS[choice % len(RESULTS)], was_cancelled=choice == 7)

    def _change(self, pick: int, choice: int) -> None:
        if annotation := self._annotation(pick):
            self.server.change(annotation, result=RESULTS[choice % len(RESULTS)], lead_time=float(choice))

    def _same_again(self, pick: int, _choice: int) -> None:
        if annotation := self._annotation(pick):
            self.server.change(annotation)

    def _skip(self, pick: int, choice: int) -> None:
        if annotation := self._annotation(pick):
            self.server.change(annotation, was_cancelled=choice % 2 == 0)

    def _skip_without_result(self, pick: int, _choice: int) -> None:
        if task := self._task(pick):
            self.server.annotate(task, None, was_cancelled=True)

    def _damage(self, pick: int, choice: int) -> None:
        """Let a script or an upgrade leave what cannot be read; half of the times a webhook brings it."""
        if annotation := self._any_annotation(pick):
            self.server.damage(annotation, result="no list")
            if choice % 2:
                self.server.change(annotation)

    def _mend(self, pick: int, choice: int) -> None:
        if annotation := self._any_annotation(pick):
            self.server.damage(annotation, result=RESULTS[choice % len(RESULTS)])

    def _ground_truth(self, pick: int, choice: int) -> None:
        if annotation := self._annotation(pick):
            self.server.change(annotation, ground_truth=choice % 2 == 0)

    def _delete(self, pick: int, _choice: int) -> None:
        if annotation := self._annotation(pick):
            self.server.delete(annotation)

    def _delete_two(self, pick: int, choice: int) -> None:
        found = {self._annotation(pick), self._annotation(choice)} - {None}
        if found:
            self.server.delete(*(annotation for annotation in found if annotation is not None))

    def _convert_to_draft(self, pick: int, _choice: int) -> None:
        if annotation := self._annotation(pick):
            self.server.convert_to_draft(annotation)

    def _accept_predictions(self, pick: int, choice: int) -> None:
        found = {self._task(pick), self._task(choice)} - {None}
        if found:
            self.server.accept_predictions([task for task in found if task is not None], RESULTS[1])

    def _delete_task(self, pick: int, _choice: int) -> None:
        if task := self._task(pick):
            self.server.delete_task(task)

    def _delete_all_tasks(self, pick: int, _choice: int) -> None:
        if pick == 0:
            self.server.delete_all_tasks(self.project)

    def _patch_text(self, pick: int, _choice: int) -> None:
        if task := self._task(pick):
            self.server.patch_task(task, text="Un tout autre texte.")

    def _patch_key(self, pick: int, choice: int) -> None:
        if task := self._task(pick):
            text = TEXTS[choice % len(TEXTS)]
            self.server.patch_task(task, document=document_id(text), text=text)

    def _patch_back(self, pick: int, _choice: int) -> None:
        if task := self._task(pick):
            source = self.server.known_tasks(self.project)[task]
            known = [text for text in TEXTS if document_id(text) == source.document]
            if known:
                self.server.patch_task(task, text=known[0])

    def _double_task(self, _pick: int, choice: int) -> None:
        text = TEXTS[choice % len(TEXTS)]
        self.server.import_task(self.project, text=text, document=document_id(text), source="by hand")

    def _foreign_task(self, _pick: int, _choice: int) -> None:
        self.server.import_task(self.project, text="Une tâche de quelqu'un.")

    def _push_late(self, _pick: int, _choice: int) -> None:
        if self.late:
            self.world.ingest(self.late.pop())
        self.world.push()

    def _stand_still(self, _pick: int, _choice: int) -> None:
        self.server.clock.stand_still()

    def _move_on(self, _pick: int, _choice: int) -> None:
        self.server.clock.step = timedelta(milliseconds=1)

    def _hours_pass(self, pick: int, _choice: int) -> None:
        self.server.clock.pass_time(3600.0 * (pick + 1))

    def _backup(self, _pick: int, _choice: int) -> None:
        self.backup = self.server.backup()

    def _restore(self, _pick: int, _choice: int) -> None:
        self.server.restore(self.backup)
        self.restored = True

    # What becomes of the deliveries.

    def _deliver(self, _pick: int, _choice: int) -> None:
        if self.undelivered:
            self.world.inbox.put(self.undelivered.pop(0))

    def _deliver_twice(self, _pick: int, _choice: int) -> None:
        if self.undelivered:
            body = self.undelivered.pop(0)
            self.world.inbox.put(body)
            self.world.inbox.put(body)

    def _deliver_last_first(self, _pick: int, _choice: int) -> None:
        if self.undelivered:
            self.world.inbox.put(self.undelivered.pop())

    def _deliver_old(self, pick: int, _choice: int) -> None:
        if self.sent:
            self.world.inbox.put(self.sent[pick % len(self.sent)])

    def _lose(self, pick: int, _choice: int) -> None:
        if self.undelivered:
            self.undelivered.pop(pick % len(self.undelivered))

    def _garbage(self, pick: int, _choice: int) -> None:
        self.world.inbox.put([b"[]", b"not json", b'{"action": "NEWS"}', b'{"action": "ANNOTATION_CREATED"}'][pick % 4])

    def _drain(self, _pick: int, _choice: int) -> None:
        self.world.receiver.drain()

    def _drain_while_down(self, _pick: int, _choice: int) -> None:
        self.server.down = True
        with suppress(ServerUnreachable):
            self.world.receiver.drain()
        self.server.down = False

    def _act_while_asked(self, pick: int, choice: int) -> None:
        """Let people go on while the server is asked about something."""
        self._during({"annotation", "task"}, pick, choice, self.world.receiver.drain)

    def _sync(self, pick: int, _choice: int) -> None:
        with suppress(CuratorError):
            self.world.sync(accepted=self.accepting and pick % 2 == 0)

    def _sync_while_working(self, pick: int, choice: int) -> None:
        self._during(
            {"tasks.next", "task_index", "annotation"}, pick, choice, lambda: self.world.sync(accepted=self.accepting)
        )

    def _during(self, methods: set[str], pick: int, choice: int, work: Callable[[], Any]) -> None:
        acts = [self._delete, self._change, self._submit, self._delete_task]

        def act(method: str) -> None:
            if method in methods and acts:
                acts.pop(pick % len(acts))(pick, choice)
                self._listen()

        self.server.on_call = act
        try:
            work()
        finally:
            self.server.on_call = lambda _method: None
