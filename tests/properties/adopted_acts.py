"""Random lives of an adopted project: its tasks have no key of ours, and texts as somebody wrote them."""

from collections.abc import Sequence
from typing import Any

from curator.domain.canonical import document_id
from tests.fakes.adoptable import BOM, CRLF, HAND_MADE, NFD, PLAIN, ByHand, canonical, item, marked
from tests.fakes.parts import link
from tests.properties.acts import Life

LATE = ("Goma a peur,\r\nBukavu aussi, dit-on.", "Gao attend la pluie\rdu soir.", "Homs se tait depuis hier soir.")
EDITED = "Un tout autre texte,\r\nécrit après coup."
_BORDER = CRLF.index("\r") + 1
RESULTS: Sequence[list[Any]] = (
    [],
    [marked(CRLF, "Nice"), item(0, _BORDER, "PER")],
    [marked(NFD, NFD[2:10]), item(3, 9, "GPE"), item(0, 2, "PER", to_name="titre")],
    [marked(BOM, "Paris"), marked(PLAIN, "Marie Curie", "PER"), link("r0-11-PER", "r0-11-PER", "agent")],
)


class AdoptedLife(Life):
    """Plays the steps of a life in a project that somebody made, and that was adopted."""

    def __init__(self, hand: ByHand, *, accepting: bool = True) -> None:
        super().__init__(hand.world, accepting=accepting, project=hand.number)
        self.late = list(LATE)

    def _import(self, text: str, **data: Any) -> None:
        # No two tasks are made at the same microsecond.
        self.server.clock.pass_time(0.001)
        self.server.import_task(self.project, body=text, title="à la main", **data)

    def _submit(self, pick: int, choice: int) -> None:
        if task := self._task(pick):
            self.server.annotate(task, RESULTS[choice % len(RESULTS)], was_cancelled=choice == 7)

    def _change(self, pick: int, choice: int) -> None:
        if annotation := self._annotation(pick):
            self.server.change(annotation, result=RESULTS[choice % len(RESULTS)], lead_time=float(choice))

    def _patch_text(self, pick: int, _choice: int) -> None:
        if task := self._task(pick):
            self.server.patch_task(task, body=EDITED)

    def _patch_key(self, pick: int, choice: int) -> None:
        """Write a text another way that is the same once it is canonical."""
        if task := self._task(pick):
            ref = self.server.known_tasks(self.project)[task]
            if ref.text is not None:
                self.server.patch_task(task, body=ref.text.replace("\n", "\r\n") if choice % 2 else ref.text)

    def _patch_back(self, pick: int, _choice: int) -> None:
        if task := self._task(pick):
            source = self.server.known_tasks(self.project)[task]
            known = [text for text in (*HAND_MADE, *LATE) if document_id(canonical(text)) == source.document]
            if known:
                self.server.patch_task(task, body=known[0])

    def _double_task(self, _pick: int, choice: int) -> None:
        self._import(HAND_MADE[choice % len(HAND_MADE)])

    def _foreign_task(self, _pick: int, choice: int) -> None:
        self._import("The army has left the town." if choice % 2 else " ")

    def _push_late(self, pick: int, _choice: int) -> None:
        if self.late:
            self._import(self.late.pop())
        if pick % 2:
            self.world.push()
