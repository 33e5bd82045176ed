"""The ledger of losses is one JSON document, whatever order the losses of a document came in."""

import json

import pytest

from curator.domain.json_values import unbroken
from curator.domain.ledger import LossLedger
from curator.domain.loss import Loss

LOSSES = {
    "a": [
        Loss("a", "span", {"start": 1, "text": "é\n\u2028"}, "trimmed"),
        Loss("a", "document", None, "undecided"),
        Loss("a", "span", {"start": 0}, "trimmed"),
        Loss("a", "span", {"start": 0}, "trimmed"),
        Loss("a", "relation", [], "blank"),
    ],
    "b": [Loss("b", "span", {"start": 2, "more": {"deep": [1, {}]}}, "blank")],
}


def ledger_of(losses: dict[str, list[Loss]]) -> LossLedger:
    ledger = LossLedger()
    for of_document in losses.values():
        ledger.add(of_document)
    return ledger


@pytest.mark.parametrize("documents", ["", "a", "b", "ab"])
def test_a_ledger_is_what_json_makes_of_all_losses_at_once(documents: str) -> None:
    ledger = ledger_of({name: LOSSES[name] for name in documents})
    ordered = sorted(
        (loss.value() for name in documents for loss in LOSSES[name]),
        key=lambda value: (
            value["document"],
            value["reason"],
            value["kind"],
            json.dumps(value["item"], sort_keys=True),
        ),
    )
    whole = json.dumps({"counts": ledger.counts, "losses": ordered}, ensure_ascii=False, indent=2)
    assert ledger.content().decode() == unbroken(whole) + "\n"


def test_the_ledger_holds_every_loss_in_one_order() -> None:
    ledger = ledger_of(LOSSES)
    assert ledger.content() == ledger_of({name: losses[::-1] for name, losses in LOSSES.items()}).content()
    assert ledger.counts == {"blank": 2, "trimmed": 3, "undecided": 1}
    assert len(json.loads(ledger.content())["losses"]) == 6
