import copy
import pickle

import pytest

from curator.domain.errors import CuratorError, InputRefused, TooLittleData


@pytest.mark.parametrize("kind", [CuratorError, *CuratorError.__subclasses__()])
def test_an_error_is_the_same_in_another_process(kind: type[CuratorError]) -> None:
    for error in (kind("what", "where", "remedy"), kind(what="what", remedy="remedy"), kind("what")):
        copied = pickle.loads(pickle.dumps(error))
        assert type(copied) is type(copy.copy(error)) is kind
        assert (str(copied), copied.where, copied.remedy) == (str(error), error.where, error.remedy)


def test_an_error_is_one_line_with_what_where_and_the_remedy() -> None:
    assert str(InputRefused("empty", "a.txt", "fill it")) == "empty (a.txt): fill it"
    assert str(TooLittleData("empty", remedy="fill it")) == "empty: fill it"
    assert str(CuratorError("empty")) == "empty"
