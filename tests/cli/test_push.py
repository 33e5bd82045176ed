"""`curator push`, as far as it goes without a Label Studio."""

import pytest

from curator.domain.span import Attribute
from curator.steps.desk.publish import Published
from curator.steps.desk.send_reviews import NotSent
from tests.cli.conftest import Run


def test_the_token_of_a_configured_server_is_needed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    ran = run("push", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert "set CURATOR_LABEL_STUDIO__TOKEN" in ran.error_line


def test_a_label_studio_that_is_not_there_is_reported(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__URL", "http://127.0.0.1:1")
    monkeypatch.setenv("CURATOR_LABEL_STUDIO__TOKEN", "t")
    ran = run("push", "--json")
    assert (ran.code, ran.out) == (1, "")
    assert "Label Studio does not answer" in ran.error_line


def test_attributes_that_cannot_be_reviewed_are_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    on, document = "entities:0-11:PER", "0123456789abcdef01234567"
    lost = [NotSent(document, 7, Attribute(on, "wikidata", number), "unknown-control") for number in range(21)]
    published = Published(3, sent_for_review=1, attributes_not_sent=lost)
    monkeypatch.setattr("curator.bootstrap.push.push", lambda *_: published)
    ran = run("push", "--json")
    first = {"document": document, "on": on, "name": "wikidata", "value": 0, "reason": "unknown-control"}
    assert (ran.code, len(ran.json["attributes_not_sent"]), ran.json["attributes_not_sent"][0]) == (0, 21, first)
    told = [line for line in ran.err.splitlines() if "cannot be reviewed" in line]
    assert len(told) == 21
    assert told[0] == (
        f"document {document}: attribute 'wikidata' of {on} cannot be reviewed, nor kept by a correction: "
        "unknown-control"
    )
    assert told[20].startswith("1 more")
