import json
from typing import Any

import pytest

from curator.domain.errors import SettingsError
from curator.domain.policies.kind import Parameter, PolicyKind
from curator.domain.policy import EACH, PERSON, POLICIES, SILVER, Policy, policy_from_text, policy_from_value
from tests.domain.annotations import annotation
from tests.domain.quorum import QUORUM


@pytest.fixture
def _quorum(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(POLICIES, "quorum", QUORUM)


@pytest.mark.usefixtures("_quorum")
@pytest.mark.parametrize(
    ("policy", "value"),
    [
        (lambda: Policy("latest"), {"policy": "latest"}),
        (lambda: Policy("quorum"), {"policy": "quorum", "parameters": {"least": 2, "least_relations": 1}}),
        (
            lambda: Policy("quorum", {"least": 3}),
            {"policy": "quorum", "parameters": {"least": 3, "least_relations": 1}},
        ),
    ],
)
def test_a_policy_is_a_json_value_that_reads_back(policy: Any, value: dict[str, Any]) -> None:
    made = policy()
    assert made.value() == value
    assert policy_from_value(json.loads(json.dumps(value))) == made


@pytest.mark.usefixtures("_quorum")
def test_parameters_that_are_not_given_have_their_default() -> None:
    assert Policy("quorum") == Policy("quorum", {"least_relations": 1, "least": 2})
    assert Policy("quorum") != Policy("quorum", {"least": 1})


@pytest.mark.usefixtures("_quorum")
@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("plurality", {}, "no such policy: 'plurality': choose one of adjudicated, .*latest, majority, quorum, union"),
        ("latest", {"least": 2}, r"no such parameter: 'least' \(policy latest\)"),
        ("quorum", {"most": 2}, r"no such parameter: 'most' \(policy quorum\)"),
        ("quorum", {"least": 0}, r"parameter 'least' is 0 \(policy quorum\): set it to a whole number from 1"),
        ("quorum", {"least": "2"}, "parameter 'least' is '2'"),
        ("quorum", {"least": True}, "parameter 'least' is True"),
    ],
)
def test_what_no_policy_is_or_takes_is_refused(name: str, parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Policy(name, parameters)


def test_a_parameter_is_a_json_value(monkeypatch: pytest.MonkeyPatch) -> None:
    anything = Parameter(None, lambda value: True, "anything")
    monkeypatch.setitem(POLICIES, "any", PolicyKind(lambda annotations, parameters: None, {"anything": anything}))
    assert Policy("any", {"anything": [1, {"a": None}]}).parameters == {"anything": [1, {"a": None}]}
    for value in (float("nan"), {1}, object()):
        with pytest.raises(SettingsError, match="parameter 'anything'"):
            Policy("any", {"anything": value})


def test_no_policy_has_a_name_that_stands_for_none() -> None:
    assert not {PERSON, SILVER, EACH} & POLICIES.keys()


def test_a_policy_decides_as_its_kind_does() -> None:
    annotations = [annotation(number=1), annotation(number=2)]
    assert Policy("latest").decide(annotations) == POLICIES["latest"].decide(annotations, {})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("latest", {"policy": "latest"}),
        (" union ", {"policy": "union"}),
        ("intersection:match=overlap", {"policy": "intersection", "parameters": {"match": "overlap"}}),
        (
            "majority:at_least=0.6, ties=latest",
            {"policy": "majority", "parameters": {"match": "exact", "at_least": 0.6, "ties": "latest"}},
        ),
    ],
)
def test_a_policy_is_written_as_its_name_with_parameters(text: str, value: dict[str, Any]) -> None:
    assert policy_from_text(text).value() == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("majority:", "no parameter after the colon"),
        ("majority:overlap", "no parameter of a policy: 'overlap'"),
        ("majority:match=nearly", "parameter 'match' is 'nearly'"),
        ("majority:at_least=1.5", "parameter 'at_least' is 1.5"),
        ("majority:at_least=true", "parameter 'at_least' is True"),
        ("most", "no such policy: 'most'"),
    ],
)
def test_a_text_that_names_no_policy_is_refused(text: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        policy_from_text(text)


def test_policies_of_labels_are_a_parameter_that_reads_back() -> None:
    policy = Policy("majority").with_labels({"PER": Policy("latest"), "events:ATTACK": Policy("union")})
    assert policy.labels == ("PER", "events:ATTACK")
    assert policy.value()["parameters"]["policy_of"] == {
        "PER": {"policy": "latest"},
        "events:ATTACK": {"policy": "union"},
    }
    assert policy_from_value(json.loads(json.dumps(policy.value()))) == policy
    assert policy.with_labels({}) == Policy("majority")


@pytest.mark.parametrize(
    ("policy", "of_labels", "message"),
    [
        ("adjudicated", {"PER": Policy("latest")}, "'adjudicated' decides whole documents"),
        ("latest", {"PER": Policy("adjudicated")}, "'adjudicated' decides whole documents"),
        ("latest", {"PER": Policy("latest").with_labels({"PER": Policy("union")})}, "policies of labels"),
    ],
)
def test_what_decides_whole_documents_is_no_policy_of_a_label(policy: str, of_labels: Any, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Policy(policy).with_labels(of_labels)
