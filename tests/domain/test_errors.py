import copy
import pickle

import pytest

from curator.domain.errors import CuratorError, InputRefused, TooLittleData


@pytest.mark.parametrize("kind", [CuratorError, *CuratorError.__subclasses__()])
def test_an_error_is_the_same_in_another_process(kind: type[CuratorError]) -> None:
    for one in (kind("what", "where", "remedy"), kind(what="what", remedy="remedy"), kind("what")):
        again = pickle.loads(pickle.dumps(one))
        assert type(again) is type(copy.copy(one)) is kind
        assert (str(again), again.where, again.remedy) == (str(one), one.where, one.remedy)


def test_one_line_tells_what_where_and_the_remedy() -> None:
    assert str(InputRefused("empty", "a.txt", "fill it")) == "empty (a.txt): fill it"
    assert str(TooLittleData("empty", remedy="fill it")) == "empty: fill it"
    assert str(CuratorError("empty")) == "empty"
