import json
from typing import Any

import pytest

from curator.domain.errors import SettingsError
from curator.domain.policies.kind import Parameter, PolicyKind
from curator.domain.policy import PERSON, POLICIES, Policy, policy_from_value
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
        ("majority", {}, "no such policy: 'majority': choose one of latest, quorum"),
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


def test_no_policy_has_the_name_that_stands_for_a_person() -> None:
    assert PERSON not in POLICIES


def test_a_policy_decides_as_its_kind_does() -> None:
    annotations = [annotation(number=1), annotation(number=2)]
    assert Policy("latest").decide(annotations) == POLICIES["latest"].decide(annotations, {})
