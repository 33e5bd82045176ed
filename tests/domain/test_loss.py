from curator.domain.loss import Loss, content_losses, problem_losses, span_loss
from curator.domain.span import Attribute, Content, Problem, Relation, Span

PERSON = Span("entities", 0, 5, "PER", 0.5, "rule")
ITEM = {"layer": "entities", "start": 0, "end": 5, "label": "PER"}


def test_a_span_is_named_by_layer_offsets_and_label() -> None:
    assert span_loss("d", PERSON, "blank") == Loss("d", "span", ITEM, "blank")


def test_content_is_listed_item_by_item() -> None:
    relation, attribute = Relation(PERSON.id, PERSON.id, "agent"), Attribute("document", "note", [1])
    content = Content((PERSON,), (relation,), (attribute,), (Problem("unknown-label", {"x": 1}),))
    assert [loss.value() for loss in content_losses("d", content, "no-split")] == [
        {"document": "d", "kind": "span", "item": ITEM, "reason": "no-split"},
        {
            "document": "d",
            "kind": "relation",
            "item": {"head": PERSON.id, "child": PERSON.id, "label": "agent", "direction": "right"},
            "reason": "no-split",
        },
        {
            "document": "d",
            "kind": "attribute",
            "item": {"on": "document", "name": "note", "value": [1]},
            "reason": "no-split",
        },
    ]
    assert problem_losses("d", content) == [Loss("d", "quarantined", {"x": 1}, "quarantined:unknown-label")]
