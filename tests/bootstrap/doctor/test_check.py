from curator.bootstrap.doctor.check import Check, until_failure

FINE, FAULT = Check("a", True, ""), Check("b", False, "", "mend it")


def test_a_chain_ends_with_the_first_check_that_fails() -> None:
    assert list(until_failure(lambda: FINE, lambda: FAULT, lambda: FINE)) == [FINE, FAULT]
    assert list(until_failure(lambda: FINE, lambda: FINE)) == [FINE, FINE]
