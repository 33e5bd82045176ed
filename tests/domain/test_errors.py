import copy
import pickle
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from curator.domain.errors import CuratorError, DeletionsNotAccepted, InputRefused, ServerRefused, TooLittleData
from curator.label_studio import failures, server
from curator.steps.ports import predictor

DEFINING = (failures, server, predictor)
"""The modules that define errors of their own."""


def kinds(kind: type[CuratorError] = CuratorError) -> Iterator[type[CuratorError]]:
    yield kind
    for inner in kind.__subclasses__():
        yield from kinds(inner)


def data(error: CuratorError) -> dict[str, Any]:
    return {field.name: getattr(error, field.name) for field in fields(error)}


def test_the_errors_of_all_packages_are_looked_at() -> None:
    assert {kind.__module__ for kind in kinds()} >= {module.__name__ for module in DEFINING}


@pytest.mark.parametrize("kind", [*kinds()])
def test_an_error_is_the_same_in_another_process(kind: type[CuratorError]) -> None:
    own = {field.name: f"own {field.name}" for field in fields(kind) if field.kw_only}
    given: list[CuratorError] = [
        kind("what", "where", "remedy", **own),
        kind(what="what", remedy="remedy"),
        kind("what"),
    ]
    for error in given:
        copied = pickle.loads(pickle.dumps(error))
        assert type(copied) is type(copy.copy(error)) is kind
        assert (str(copied), data(copied)) == (str(error), data(error))


def test_an_error_is_one_line_with_what_where_and_the_remedy() -> None:
    assert str(InputRefused("empty", "a.txt", "fill it")) == "empty (a.txt): fill it"
    assert str(TooLittleData("empty", remedy="fill it")) == "empty: fill it"
    assert str(CuratorError("empty")) == "empty"


def test_data_stands_beside_the_sentence_and_not_in_it() -> None:
    stopped = DeletionsNotAccepted("too many", "project 1", project=1, tasks_going=4, tasks_known=8)
    assert (str(stopped), stopped.tasks_going, stopped.tasks_known) == ("too many (project 1)", 4, 8)
    assert ServerRefused("no", status=403).status == 403
    assert ServerRefused("no").status is None
